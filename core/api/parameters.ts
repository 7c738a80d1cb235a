import { z } from 'zod'
import { type ApiParameter, MOST_BODY_BYTES, pathParameters } from '../../schemas/api-requests.ts'
import { unknownName } from '../names.ts'
import type { ApiRequest } from './http.ts'
import { ApiProblem } from './problem.ts'

/** Characters of a value that are shown. */
const MOST_SHOWN = 200

/** Values of the named query parameters, each once at most; throws 400 for others and for wrong values. */
export function readQuery(
  query: URLSearchParams,
  parameters: readonly ApiParameter[],
): Record<string, string | number | undefined> {
  const names = parameters.map(({ name }) => name)
  for (const name of query.keys()) if (!names.includes(name)) throw unknownName('parameter', name, names)
  return Object.fromEntries(
    parameters.map(({ name, schema }) => {
      const values = query.getAll(name)
      if (values.length > 1)
        throw new ApiProblem(400, `${name} is given ${values.length} times`, { valid: ['once'] })
      return [name, values[0] === undefined ? defaultOf(schema) : parameterValue(name, schema, values[0])]
    }),
  )
}

const isNumber = (schema: z.ZodType): boolean =>
  schema instanceof z.ZodDefault ? isNumber(schema.unwrap() as z.ZodType) : schema instanceof z.ZodNumber

function defaultOf(schema: z.ZodType): number | undefined {
  return schema.safeParse(undefined).data as number | undefined
}

function parameterValue(name: string, schema: z.ZodType, text: string): string | number {
  const value = isNumber(schema) ? (/^-?[0-9]{1,15}$/.test(text) ? Number(text) : Number.NaN) : text
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data as string | number
  const valid = parsed.error.issues.flatMap(validOf)
  throw new ApiProblem(400, `not a ${name}: ${JSON.stringify(text.slice(0, MOST_SHOWN))}`, {
    value: text,
    valid,
  })
}

/** A parameter of the path; throws 404 for what cannot be the name of anything. */
export function readPathParameter(name: string, text: string): string {
  const parsed = pathParameters[name]!.schema.safeParse(text)
  if (parsed.success) return parsed.data as string
  const valid = parsed.error.issues.flatMap(validOf)
  throw new ApiProblem(404, `no such ${name}: ${JSON.stringify(text.slice(0, MOST_SHOWN))}`, {
    value: text,
    valid,
  })
}

/** The body of a request, which is JSON; throws 400, 413 or 415. */
export function readBody<T>({ headers, body }: ApiRequest, schema: z.ZodType<T>): T {
  if (body.byteLength > MOST_BODY_BYTES)
    throw new ApiProblem(413, `the body has ${body.byteLength} bytes, more than ${MOST_BODY_BYTES}`)
  const type = (headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase()
  if (type !== 'application/json')
    throw new ApiProblem(415, `the body is not JSON by its content-type: ${JSON.stringify(type)}`, {
      value: type,
      valid: ['application/json'],
    })
  const value = parseJson(body)
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw bodyProblem(value, schema, parsed.error)
}

/** What is wrong with a body: what, where, the value, and what would be valid. */
interface BodyFault {
  readonly detail: string
  readonly value?: string
  readonly valid: readonly string[]
}

/** All faults of a body at once. */
function bodyProblem(body: unknown, schema: z.ZodType, { issues }: z.ZodError): ApiProblem {
  const [first, ...others] = issues.map((issue) => faultOf(body, schema, issue))
  if (others.length === 0) return new ApiProblem(400, first!.detail, first)
  const told = [first!, ...others].map(({ detail, valid }) => `${detail} (valid: ${valid.join(', ')})`)
  return new ApiProblem(400, told.join('; '))
}

function faultOf(body: unknown, schema: z.ZodType, issue: z.core.$ZodIssue): BodyFault {
  if (issue.code === 'unrecognized_keys') {
    const [value] = issue.keys as [string]
    return { detail: `unknown: ${issue.keys.map(shown).join(', ')}`, value, valid: fieldsOf(schema) }
  }
  const at = issue.path.reduce<unknown>((of, name) => (of as Record<PropertyKey, unknown>)?.[name], body)
  const value = typeof at === 'string' ? at : JSON.stringify(at)
  if (issue.path.length === 0)
    return { detail: `the body is no JSON object: ${shown(at)}`, value, valid: ['a JSON object'] }
  const [where, valid] = [issue.path.join('.'), validOf(issue)]
  if (at === undefined) return { detail: `${where} is missing`, valid }
  return { detail: `${where} cannot be ${shown(at)}`, value, valid }
}

const shown = (value: unknown) => JSON.stringify(value).slice(0, MOST_SHOWN)

/** Names that a body may have. */
function fieldsOf(schema: z.ZodType): string[] {
  if (schema instanceof z.ZodObject) return Object.keys(schema.shape)
  if (!(schema instanceof z.ZodDiscriminatedUnion)) return []
  return [...new Set(schema.options.flatMap((option) => fieldsOf(option as z.ZodType)))]
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    throw new ApiProblem(400, 'the body is not JSON in UTF-8', { valid: ['a JSON object'] })
  }
}

/** What would be valid, in the words of the schema. */
function validOf(issue: z.core.$ZodIssue): string[] {
  if (issue.code === 'invalid_value') return issue.values.map(String)
  // which of several shapes it is to be; zod's types do not tell of them
  const { options } = issue as { readonly options?: readonly unknown[] }
  if (options) return options.map(String)
  return [issue.message]
}
