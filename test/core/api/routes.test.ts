import { describe, expect, test } from 'vitest'
import type { ApiContext } from '../../../core/api/context.ts'
import { MemoryStorage } from '../../../core/storage/memory.ts'
import { ProblemDetails } from '../../../schemas/api-answers.ts'
import { type ApiScope, apiRoutes, apiScopes } from '../../../schemas/api-routes.ts'
import { AskedAnalyses, ask, jsonOf, QueuedUploads, somebody } from '../../support/api.ts'
import { FailingStorage } from '../../support/failing-storage.ts'

function context(storage = new MemoryStorage()): ApiContext {
  return { storage, uploads: new QueuedUploads(storage), analyses: new AskedAnalyses() }
}

/** A path of a route, with names that could be. */
const example = (path: string) =>
  path
    .replace('{mart}', 'gaps')
    .replace('{quarter}', '2026-Q3')
    .replace('{delivery}', 'd0123456789abcdef01234567')
    .replace('{run}', '20261127T000000000Z-01234567')

describe('who may do what', () => {
  const scopes = Object.keys(apiScopes) as ApiScope[]
  const matrix = apiRoutes.flatMap((route) =>
    scopes.map((scope) => ({
      ...route,
      scope,
      may: route.scopes.length === 0 || (route.scopes as readonly string[]).includes(scope),
    })),
  )

  test.each(matrix)('$method $path with the scope $scope: $may', async ({ method, path, scope, may }) => {
    const body = method === 'POST' ? { body: {} } : {}
    const response = await ask(context(), example(path), { ...body, caller: somebody([scope]) })
    expect(response.status === 403, String(response.status)).toBe(!may)
    expect(response.status).not.toBe(401)
  })

  test.each(apiRoutes)('$method $path without a token', async ({ method, path, scopes: needed }) => {
    const response = await ask(context(), example(path), { method, caller: null })
    expect(response.status === 401).toBe(needed.length > 0)
    if (needed.length > 0) expect(response.headers['www-authenticate']).toBe('Bearer')
  })

  test('somebody with no scope at all may only read what is published', async () => {
    expect((await ask(context(), '/v1/status', { caller: somebody([]) })).status).toBe(403)
    expect((await ask(context(), '/v1/releases', { caller: somebody([]) })).status).toBe(200)
  })
})

describe('what is no request', () => {
  test.each([
    '/',
    '/v1',
    '/v1/',
    '/v1/marts',
    '/v1/marts/',
    '/v1/marts/gaps/',
    '/v1/statuses',
    '//v1/status',
    '/v2/status',
    '',
  ])('%j is nothing here', async (path) => expect((await ask(context(), path)).status).toBe(404))

  test.each([
    ['DELETE', '/v1/status', 'GET, HEAD, OPTIONS'],
    ['POST', '/v1/marts/gaps', 'GET, HEAD, OPTIONS'],
    ['GET', '/v1/deliveries', 'OPTIONS, POST'],
    ['PUT', '/v1/analyses', 'OPTIONS, POST'],
  ])('%s %s is 405 and says what is allowed', async (method, path, allow) => {
    const response = await ask(context(), path, { method })
    expect(response).toMatchObject({ status: 405, headers: { allow } })
  })

  test('OPTIONS says what is allowed, to everybody', async () => {
    const response = await ask(context(), '/v1/status', { method: 'OPTIONS', caller: null })
    expect(response).toEqual({ status: 204, headers: { allow: 'GET, HEAD, OPTIONS' }, body: '' })
  })

  test.each([
    ['/v1/marts/gapz', 'gaps'],
    ['/v1/marts/%ff', 'gaps'],
    ['/v1/deliveries/d1', 'd and 24 digits'],
    ['/v1/analyses/newest', 'the name of a run'],
    ['/v1/releases/2026', '2026-Q3'],
  ])('%s names nothing', async (path, valid) => {
    const response = await ask(context(), path)
    expect(response.status).toBe(404)
    expect(jsonOf(response).valid.join(' ')).toContain(valid)
  })

  test.each([
    ['text', { headers: { 'content-type': 'text/plain' } }, 415],
    ['{}', { headers: { 'content-type': '' } }, 415],
    ['', {}, 400],
    ['{', {}, 400],
    ['[]', {}, 400],
    ['null', {}, 400],
    ['{"quarter":"2026-Q3","more":1}', {}, 400],
    [`"${'x'.repeat(20_000)}"`, {}, 413],
  ] as const)('the body %.40s with %j is %i', async (body, more, status) => {
    for (const path of ['/v1/analyses', '/v1/deliveries']) {
      const response = await ask(context(), path, { body, ...more })
      expect(response.status, path).toBe(status)
    }
  })

  test.each(['/v1/status?a=1', '/v1/releases?limit=2', '/v1/deliveries/d0123456789abcdef01234567?x='])(
    '%s has a parameter that nobody knows',
    async (url) => expect((await ask(context(), url)).status).toBe(400),
  )

  test.each(['/v1/status', '/v1/releases', '/v1/releases/2026-Q3'])('%s as HTML is 406', async (url) => {
    const response = await ask(context(), url, { headers: { accept: 'text/html' } })
    expect(response.status).toBe(406)
    expect(jsonOf(response).valid).toEqual(['application/json'])
  })
})

test('every problem is one as RFC 9457 has it', async () => {
  const asked = [
    await ask(context(), '/v1/marts/gapz'),
    await ask(context(), '/v1/marts/gaps?zonig=1'),
    await ask(context(), '/v1/marts/gaps?limit=0'),
    await ask(context(), '/v1/status', { caller: null }),
    await ask(context(), '/v1/status', { method: 'PATCH' }),
    await ask(context(), '/v1/analyses', { body: { quarter: '2026-Q5' } }),
  ]
  for (const response of asked) {
    expect(response.headers['content-type']).toBe('application/problem+json')
    const problem = ProblemDetails.parse(jsonOf(response))
    expect(problem.status).toBe(response.status)
  }
})

test('a fault says nothing of how the program works, but to the one who keeps it', async () => {
  const storage = new MemoryStorage()
  storage.list = () => {
    throw new Error('secret of s3://a-bucket')
  }
  const faults: unknown[] = []
  const response = await ask({ ...context(storage), onFault: (error) => faults.push(error) }, '/v1/status')
  expect(jsonOf(response)).toEqual({
    type: 'about:blank',
    title: 'Internal Server Error',
    status: 500,
    detail: 'a fault of the program or its surroundings',
  })
  expect(String(faults[0])).toContain('secret')
})

test('HEAD is GET without its body', async () => {
  const get = await ask(context(), '/v1/releases')
  const head = await ask(context(), '/v1/releases', { method: 'HEAD' })
  expect(head).toEqual({ ...get, headers: { ...get.headers, 'content-length': '15' }, body: '' })
  expect((await ask(context(), '/v1/releases/2026-Q3', { method: 'HEAD' })).status).toBe(404)
})

test('where the lake lies is told to nobody', async () => {
  const storage = new FailingStorage(new MemoryStorage())
  const answers = [
    await ask({ ...context(), storage }, '/v1/status'),
    await ask({ ...context(), storage }, '/v1/marts/gaps'),
  ]
  for (const { body } of answers) expect(String(body)).not.toContain('memory:')
  expect(answers.map(({ status }) => status)).toEqual([200, 404])
})
