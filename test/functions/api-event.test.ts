import { describe, expect, test } from 'vitest'
import { type Claims, requestOf, resultOf } from '../../functions/api-event.ts'
import { type ApiEvent, apiEvent } from './api-events.ts'

const PREFIX = 'skafferi/'

const callerWith = (claims: Claims) => requestOf(apiEvent('GET', '/', {}, claims), PREFIX).caller

describe('requestOf', () => {
  test('takes method, path, query and headers', () => {
    const event = apiEvent('GET', '/v1/marts/gaps', {
      rawQueryString: 'quarter=2026-Q3&zone=24&zone=SE&name=sk%C3%A5ne+norra',
      headers: { 'Content-Type': 'application/json', accept: 'text/csv' },
    })
    const { method, path, query, headers } = requestOf(event, PREFIX)
    expect([method, path]).toEqual(['GET', '/v1/marts/gaps'])
    expect(query.getAll('zone')).toEqual(['24', 'SE'])
    expect(query.get('name')).toBe('skåne norra')
    expect(headers).toMatchObject({ 'content-type': 'application/json', accept: 'text/csv' })
  })

  test('takes a body as text or base64', () => {
    const body = (changes: Partial<ApiEvent>) =>
      new TextDecoder().decode(requestOf(apiEvent('POST', '/', changes), PREFIX).body)
    expect(body({ body: '{"å":1}' })).toBe('{"å":1}')
    expect(body({ body: Buffer.from('{"å":1}').toString('base64'), isBase64Encoded: true })).toBe('{"å":1}')
    expect(body({})).toBe('')
  })

  test('leaves out the stage, and encodes again what was decoded', () => {
    const event = apiEvent('GET', '/prod/v1/releases/å %20')
    const request = requestOf(
      { ...event, requestContext: { ...event.requestContext, stage: 'prod' } },
      PREFIX,
    )
    expect(request.path).toBe('/v1/releases/%C3%A5%20%20')
  })
})

describe('who asks', () => {
  test('nobody, where the route has no authoriser', () => {
    expect(requestOf(apiEvent('GET', '/v1/releases'), PREFIX).caller).toBeNull()
  })

  test('scopes have the prefix of the stage; others are not ours', () => {
    expect(
      callerWith({
        scope: 'skafferi/read skafferi/read:receipts openid land other/analyse skafferi/toString',
      }),
    ).toEqual({ scopes: ['read', 'read:receipts'], sources: [] })
  })

  test('without a prefix scopes are bare', () => {
    const { caller } = requestOf(apiEvent('GET', '/', {}, { scp: '[read land]' }), '')
    expect(caller?.scopes).toEqual(['read', 'land'])
  })

  test.each([
    ['an array', ['grossist-a', 'mejeri.b']],
    ['text', 'grossist-a mejeri.b'],
    ['an array in the words of the gateway', '[grossist-a mejeri.b]'],
    ['an array as JSON', '["grossist-a","mejeri.b"]'],
  ])('sources as %s', (_, sources) => {
    expect(callerWith({ sources })?.sources).toEqual(['grossist-a', 'mejeri.b'])
  })

  test.each([[undefined], [''], ['[]'], [7], [null]])('no sources: %j', (sources) => {
    expect(callerWith({ sources })?.sources).toEqual([])
  })

  test('nobody speaks for all sources by a token', () => {
    expect(callerWith({ sources: 'all' })?.sources).toEqual(['all'])
  })
})

describe('resultOf', () => {
  test('text stays text, bytes become base64', () => {
    const headers = { 'content-type': 'text/csv' }
    expect(resultOf({ status: 200, headers, body: 'kök' })).toEqual({ statusCode: 200, headers, body: 'kök' })
    expect(resultOf({ status: 200, headers, body: new Uint8Array([0, 255]) })).toEqual({
      ...{ statusCode: 200, headers, body: 'AP8=', isBase64Encoded: true },
    })
  })
})
