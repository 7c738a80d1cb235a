import { z } from 'zod'
import { type ApiParameter, MOST_BODY_BYTES, pathParameters } from '../../schemas/api-requests.ts'
import { unknownName } from '../names.ts'
import type { ApiRequest } from './http.ts'
import { ApiProblem } from './problem.ts'

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
  throw new ApiProblem(400, `not a ${name}: ${JSON.stringify(text.slice(0, 200))}`, { value: text, valid })
}

/** A parameter of the path; throws 404 for what cannot be the name of anything. */
export function readPathParameter(name: string, text: string): string {
  const parsed = pathParameters[name]!.schema.safeParse(text)
  if (parsed.success) return parsed.data as string
  const valid = parsed.error.issues.flatMap(validOf)
  throw new ApiProblem(404, `no such ${name}: ${JSON.stringify(text.slice(0, 200))}`, { value: text, valid })
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
  throw bodyProblem(value, parsed.error)
}

/** The first fault of a body: where, the value, and what would be valid. */
function bodyProblem(body: unknown, { issues }: z.ZodError): ApiProblem {
  const issue = issues[0]!
  const at = issue.path.reduce<unknown>((of, name) => (of as Record<PropertyKey, unknown>)?.[name], body)
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys[0]! : null
  const value = unknown ?? (at === undefined ? undefined : JSON.stringify(at))
  const where = issue.path.length > 0 ? issue.path.join('.') : 'the body'
  const said = at === undefined ? `${where} is missing` : `not a valid ${where}: ${value?.slice(0, 200)}`
  const detail =
    unknown === null ? said : `${where} has what does not belong there: ${JSON.stringify(unknown)}`
  const valid = unknown === null ? validOf(issue) : []
  return new ApiProblem(400, detail, { ...(value === undefined ? {} : { value }), valid })
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
  return issue.code === 'invalid_value' ? issue.values.map(String) : [issue.message]
}
