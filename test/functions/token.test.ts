import type { PreTokenGenerationV3TriggerEvent } from 'aws-lambda'
import { expect, test } from 'vitest'
import { handler } from '../../functions/token.ts'
import { contextOf } from './invocation.ts'

async function sourcesFor(scopes: string[], attributes: Record<string, string> = {}): Promise<unknown> {
  const event = {
    version: '3',
    triggerSource: 'TokenGeneration_ClientCredentials',
    request: { userAttributes: attributes, groupConfiguration: {}, scopes },
    response: {},
  } as PreTokenGenerationV3TriggerEvent
  const { response } = await handler(event, contextOf())
  return response.claimsAndScopeOverrideDetails.accessTokenGeneration?.claimsToAddOrOverride?.sources
}

test('a client may send for the sources of its scopes', async () => {
  expect(await sourcesFor(['skafferi/land', 'source/grossist-a', 'source/mejeri.b'])).toBe(
    'grossist-a mejeri.b',
  )
})

test('a person may send for the sources of an attribute', async () => {
  expect(await sourcesFor(['skafferi/land'], { 'custom:sources': 'kommun-1, kommun-2  kommun-1' })).toBe(
    'kommun-1 kommun-2',
  )
})

test('without either, for none', async () => {
  expect(await sourcesFor(['skafferi/land', 'skafferi/read:receipts', 'openid'])).toBe('')
})

test('what is no source is left out', async () => {
  expect(await sourcesFor(['source/*', 'source/a/b', 'source/'], { 'custom:sources': '../x "y"' })).toBe('')
})
