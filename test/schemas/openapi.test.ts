import { expect, test } from 'vitest'
import { z } from 'zod'
import { methodsOf } from '../../core/api/api.ts'
import { apiRoutes, apiScopes } from '../../schemas/api-routes.ts'
import { marts } from '../../schemas/marts/index.ts'
import { openApi } from '../../schemas/openapi.ts'

type Node = Record<string, unknown>
const document = openApi() as { paths: Record<string, Record<string, Node>>; components: Node } & Node
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item)
    .filter(([name]) => name !== 'parameters')
    .map(([method, operation]) => ({
      path,
      method,
      operation,
      shared: (item.parameters ?? []) as unknown as Node[],
    })),
)

/** Every object in the document, with where it stands. */
function* nodes(value: unknown, at = '#'): Generator<[string, Node]> {
  if (typeof value !== 'object' || value === null) return
  if (!Array.isArray(value)) yield [at, value as Node]
  for (const [name, inner] of Object.entries(value))
    yield* nodes(inner, `${at}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`)
}

const resolve = (ref: string) =>
  ref
    .slice(2)
    .split('/')
    .reduce<unknown>((of, name) => (of as Node | undefined)?.[name.replaceAll('~1', '/')], document)

test('every reference leads somewhere, and nothing stands there that nobody refers to', () => {
  const refs = new Set(
    [...nodes(document)].flatMap(([, { $ref }]) => (typeof $ref === 'string' ? [$ref] : [])),
  )
  for (const ref of refs) expect(resolve(ref), ref).toBeTypeOf('object')
  const { schemas, responses } = document.components as { schemas: Node; responses: Node }
  const named = [
    ...Object.keys(schemas).map((name) => `#/components/schemas/${name}`),
    ...Object.keys(responses).map((name) => `#/components/responses/${name}`),
  ]
  expect([...refs].toSorted()).toEqual(named.toSorted())
})

test('every route is told of, with its scopes, and no other', () => {
  const expected = apiRoutes.flatMap(({ method, path, scopes }) =>
    (path.includes('{mart}') ? marts.map(({ name }) => path.replace('{mart}', name)) : [path]).map((one) => ({
      path: one,
      method: method.toLowerCase(),
      scopes: [...scopes],
    })),
  )
  const told = operations.map(({ path, method, operation }) => ({
    path,
    method,
    scopes: (operation.security as { token: string[] }[]).map(({ token }) => token[0]),
  }))
  const byPath = (a: { path: string; method: string }, b: typeof a) =>
    `${a.path} ${a.method}` < `${b.path} ${b.method}` ? -1 : 1
  expect(told.toSorted(byPath)).toEqual(expected.toSorted(byPath))
  const { description } = (document.components.securitySchemes as { token: { description: string } }).token
  for (const scope of Object.keys(apiScopes)) expect(description).toContain(`\`${scope}\``)
})

test('every operation has a name of its own, its path parameters, and answers that are described', () => {
  expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(operations.length)
  for (const { path, operation, shared } of operations) {
    const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    expect(shared.map(({ name }) => name)).toEqual(names)
    const responses = Object.entries(operation.responses as Record<string, Node>)
    expect(responses.some(([status]) => status.startsWith('2'))).toBe(true)
    expect(responses.map(([status]) => status)).toContain('500')
    for (const [status, response] of responses) {
      const whole = (response.$ref ? resolve(String(response.$ref)) : response) as Node
      expect(whole.description, `${path} ${status}`).toBeTypeOf('string')
      if (Number(status) >= 400) expect(whole.content).toHaveProperty(['application/problem+json'])
    }
  }
  expect(methodsOf({ method: 'GET' })).toEqual(['GET', 'HEAD'])
})

test('each mart can be filtered by each of its columns, and its rows have them all', () => {
  for (const mart of marts) {
    const { parameters } = document.paths[`/v1/marts/${mart.name}`]!.get as unknown as { parameters: Node[] }
    const names = parameters.map(({ name }) => name)
    expect(names).toEqual(
      expect.arrayContaining(['run', 'limit', 'cursor', ...mart.columns.map(({ name }) => name)]),
    )
    expect(new Set(names).size).toBe(names.length)
    const items = [...nodes(document.components)].find(([at]) => at.endsWith(`/${rowName(mart.name)}`))![1]
    expect(Object.keys(items.properties as Node)).toEqual(mart.columns.map(({ name }) => name))
  }
})

const rowName = (mart: string) => `${mart[0]!.toUpperCase()}${mart.slice(1)}Row`

test('every schema is one that a reader of JSON Schema can use', () => {
  const schemas = [...nodes(document)].filter(([at]) => /\/schema$|\/components\/schemas\/\w+$/.test(at))
  expect(schemas.length).toBeGreaterThan(100)
  for (const [at, schema] of schemas) {
    const inlined = JSON.parse(JSON.stringify(schema).replaceAll('#/components/schemas/', '#/$defs/'))
    const $defs = JSON.parse(
      JSON.stringify(document.components.schemas).replaceAll('#/components/schemas/', '#/$defs/'),
    )
    expect(() => z.fromJSONSchema({ ...inlined, $defs }), at).not.toThrow()
  }
})

test('what only says how a number or an instant is written does not stand there', () => {
  expect(JSON.stringify(document)).not.toContain(String(Number.MAX_SAFE_INTEGER))
  for (const [at, { format, pattern }] of nodes(document))
    if (format === 'date-time' || format === 'date') expect(pattern, at).toBeUndefined()
})
