import { z } from 'zod'
import * as answers from './api-answers.ts'
import {
  type ApiParameter,
  DeclareDelivery,
  filterColumns,
  filterParameter,
  pageParameters,
  pathParameters,
  receiptParameters,
  StartAnalysis,
} from './api-requests.ts'
import { type ApiRoute, type ApiRouteId, apiRoutes, apiScopes } from './api-routes.ts'
import { marts } from './marts/index.ts'
import { rowSchema, type Table } from './table.ts'

type Json = Readonly<Record<string, unknown>>

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` })
const refResponse = (name: string) => ({ $ref: `#/components/responses/${name}` })
const inJson = (schema: Json) => ({ 'application/json': { schema } })

/** JSON Schema of a zod schema; the document itself says of which draft. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output' = 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io,
    override: ({ jsonSchema }) => withoutNoise(jsonSchema),
  })
  return rest
}

/** Limits that only say how a number or an instant is written down help nobody who reads. */
function withoutNoise(schema: z.core.JSONSchema.BaseSchema): void {
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum
  if (schema.format?.startsWith('date')) delete schema.pattern
  delete schema.propertyNames
}

/** Statuses of problems, and when they are given. */
const problems: Readonly<Record<string, string>> = {
  400: 'The question is wrong: a parameter that is not known, or a value that cannot be',
  401: 'No token, or none that holds',
  403: 'The token does not allow this',
  404: 'There is no such thing, or none for you',
  406: 'No answer can be given in a media type that is accepted',
  413: 'The body, or the file that it declares, is too large',
  415: 'The body is not JSON',
  500: 'A fault of the program or its surroundings',
}

/** What a route answers beside problems, and which problems. */
interface Operation {
  readonly parameters?: readonly ApiParameter[]
  readonly body?: z.ZodType
  readonly responses: Readonly<Record<string, Json>>
  readonly problems: readonly number[]
}

const answered = (description: string, name: string, headers?: Json, links?: Json) => ({
  description,
  ...(headers ? { headers } : {}),
  content: inJson(ref(name)),
  ...(links ? { links } : {}),
})
/** Where an answer leads: its body names what the other route asks for. */
const leadsTo = (operationId: ApiRouteId, name: string) => ({
  [operationId]: { operationId, parameters: { [name]: `$response.body#/${name}` } },
})
const receipt = leadsTo('readReceipt', 'delivery')
const header = (description: string, schema: Json = { type: 'string' }) => ({ description, schema })
const location = header('Where it is followed.')
const retry = header('Seconds after which to ask again.', { type: 'integer' })

const operations: Readonly<Record<Exclude<ApiRouteId, 'readMart'>, Operation>> = {
  readStatus: { responses: { 200: answered('How the lake stands', 'Status') }, problems: [400, 406] },
  listReleases: {
    responses: { 200: answered('What is published', 'Releases'), 304: refResponse('NotModified') },
    problems: [400, 406],
  },
  readRelease: {
    responses: { 200: answered('What is published', 'Release'), 304: refResponse('NotModified') },
    problems: [400, 404, 406],
  },
  declareDelivery: {
    body: DeclareDelivery,
    responses: {
      200: answered('These very bytes count already', 'InForce', undefined, receipt),
      201: answered('A place for the file', 'Place', { Location: location }, receipt),
      202: answered(
        'These very bytes lie here already and are landed once more',
        'LandedAgain',
        { Location: location },
        receipt,
      ),
    },
    problems: [400, 406, 413, 415],
  },
  readReceipt: {
    parameters: receiptParameters,
    responses: {
      200: answered('A page of the receipt', 'Receipt'),
      202: answered('It has come in and is not landed yet', 'Waiting', { 'Retry-After': retry }),
    },
    problems: [400, 404, 406],
  },
  startAnalysis: {
    body: StartAnalysis,
    responses: {
      202: answered(
        'The run waits for its turn',
        'Started',
        { Location: location, 'Retry-After': retry },
        leadsTo('readAnalysis', 'run'),
      ),
    },
    problems: [400, 406, 413, 415],
  },
  readAnalysis: { responses: { 200: answered('How the run stands', 'Analysis') }, problems: [400, 404, 406] },
}

const martHeaders = {
  Link: header('The next page, as `rel="next"`; not on the last one.'),
  ETag: header('Names just these rows.'),
  'Skafferi-Quarter': header('The quarter of the run.'),
  'Skafferi-Run': header('The run.'),
  'Skafferi-Notice': header('What must be said before the figures, if anything.'),
}

/** A mart's own columns choose its rows, so each mart has a path of its own here. */
function martOperation(table: Table): Operation {
  return {
    parameters: [...pageParameters, ...filterColumns(table).map(filterParameter)],
    responses: {
      200: {
        description: `${table.grain.en} Sorted by ${table.key.join(', ')}.`,
        headers: martHeaders,
        content: {
          ...inJson(ref(pageName(table))),
          'text/csv': { schema: { type: 'string' } },
          'application/vnd.apache.arrow.stream': { schema: { type: 'string', format: 'binary' } },
        },
      },
      304: refResponse('NotModified'),
    },
    problems: [400, 404, 406],
  }
}

const pascal = (name: string) =>
  name.replaceAll(/(^|_)([a-z])/g, (_, __, letter: string) => letter.toUpperCase())
const rowName = ({ name }: Table) => `${pascal(name)}Row`
const pageName = ({ name }: Table) => `${pascal(name)}Page`

function pageSchema(table: Table): Json {
  const text = { type: 'string' }
  return {
    type: 'object',
    properties: {
      mart: { const: table.name },
      quarter: text,
      run: text,
      notices: { type: 'array', items: text, description: 'What must be said before the figures.' },
      rows: { type: 'array', items: ref(rowName(table)) },
      next: { type: ['string', 'null'], description: 'The cursor of the next page; null on the last one.' },
    },
    required: ['mart', 'quarter', 'run', 'notices', 'rows', 'next'],
    additionalProperties: false,
  }
}

/** A row, with what each column means. */
function rowOf(table: Table): Json {
  const { properties, ...rest } = schemaOf(rowSchema(table)) as { properties: Record<string, Json> }
  const described = table.columns.map(({ name, unit, description }) => [
    name,
    { ...properties[name], description: `${description.en}${unit ? ` [${unit}]` : ''}` },
  ])
  return { ...rest, description: table.grain.en, properties: Object.fromEntries(described) }
}

function parameterOf(place: 'query' | 'path', { name, description, schema }: ApiParameter): Json {
  return { name, in: place, description, required: place === 'path', schema: schemaOf(schema, 'input') }
}

function operationOf(route: ApiRoute, id: string, summary: string, operation: Operation): Json {
  const { parameters = [], body, responses } = operation
  const needed = route.scopes.length > 0 ? [401, 403] : []
  const statuses = [...operation.problems, ...needed, 500].sort((a, b) => a - b)
  return {
    operationId: id,
    tags: [route.path.split('/')[2]],
    summary,
    ...(parameters.length > 0 ? { parameters: parameters.map((one) => parameterOf('query', one)) } : {}),
    ...(body ? { requestBody: { required: true, content: inJson(schemaOf(body, 'input')) } } : {}),
    responses: {
      ...responses,
      ...Object.fromEntries(statuses.map((status) => [status, refResponse(`Problem${status}`)])),
    },
    security: route.scopes.map((scope) => ({ token: [scope] })),
  }
}

function pathsOf(): Json {
  const paths: Record<string, Record<string, unknown>> = {}
  const add = (path: string, route: ApiRoute, operation: Json) => {
    const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!)
    const parameters = names.map((name) => parameterOf('path', pathParameters[name]!))
    paths[path] ??= names.length > 0 ? { parameters } : {}
    paths[path][route.method.toLowerCase()] = operation
  }
  for (const route of apiRoutes) {
    if (route.id !== 'readMart') {
      add(route.path, route, operationOf(route, route.id, route.summary, operations[route.id]))
      continue
    }
    for (const table of marts)
      add(
        route.path.replace('{mart}', table.name),
        route,
        operationOf(
          route,
          `read${pascal(table.name)}`,
          `${route.summary}: ${table.name}`,
          martOperation(table),
        ),
      )
  }
  return paths
}

/** Loaders do not agree on the order of a module's names. */
const inOrder = (shapes: Readonly<Record<string, z.ZodType>>) =>
  Object.entries(shapes).sort(([a], [b]) => (a < b ? -1 : 1))

function components(): Json {
  const { ProblemDetails: problem, ...shapes } = answers
  const named = inOrder(shapes).map(([name, schema]) => [name.replace(/Answer$/, ''), schemaOf(schema)])
  return {
    schemas: {
      ...Object.fromEntries(named),
      Problem: schemaOf(problem),
      ...Object.fromEntries(
        marts.flatMap((table) => [
          [rowName(table), rowOf(table)],
          [pageName(table), pageSchema(table)],
        ]),
      ),
    },
    responses: {
      ...Object.fromEntries(
        Object.entries(problems).map(([status, description]) => [
          `Problem${status}`,
          { description, content: { 'application/problem+json': { schema: ref('Problem') } } },
        ]),
      ),
      NotModified: { description: 'It is what `If-None-Match` names' },
    },
    securitySchemes: {
      token: {
        type: 'http',
        scheme: 'bearer',
        bearerFormat: 'JWT',
        description: `A token with the scope that a route names: ${Object.entries(apiScopes)
          .map(([scope, allows]) => `\`${scope}\` (${allows.replace(/\.$/, '')})`)
          .join(
            ', ',
          )}. In the cloud each scope has the stage's prefix. The claim \`sources\` names those for which files may be sent. On this machine \`serve\` asks for none.`,
      },
    },
  }
}

/** The OpenAPI 3.1 document of the HTTP API. */
export function openApi(): Json {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Skafferi',
      version: '1',
      description:
        'Which food public kitchens need, what can be delivered near by, and which link of the chain is missing. Every failure is a problem (RFC 9457) that says what would be valid. A GET can be a HEAD.\n\n**Sending a file**: `POST /v1/deliveries` says what is coming and gets a place; PUT the bytes to its `url` with its `headers`; `GET /v1/deliveries/{delivery}` answers 202 until there is a receipt.\n\n**Reading**: an answer has one page; `next`, or the header `Link`, leads to the one after. `ETag` and `If-None-Match` save what has been read already.\n\n**Running**: `POST /v1/analyses` begins a run, `GET /v1/analyses/{run}` follows it until it has `succeeded` or `failed`.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: 'http://127.0.0.1:8080', description: 'skafferi serve' }],
    paths: pathsOf(),
    components: components(),
  }
}
