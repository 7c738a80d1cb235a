import type { PreTokenGenerationV3TriggerEvent } from 'aws-lambda'
import { CODE } from '../schemas/logical-types.ts'
import { observed } from './observed.ts'

/** A scope that stands for a source, however its resource server is called: `source/grossist-a`. */
const SOURCE_SCOPE = /(?:^|\/)source\/([^/]+)$/

/**
 * Adds to an access token the claim `sources`: whose deliveries it may land. A client has a scope for each,
 * a person the attribute `custom:sources`, separated by spaces or commas.
 */
export const handler = observed(
  async (event: PreTokenGenerationV3TriggerEvent): Promise<PreTokenGenerationV3TriggerEvent> => {
    const claimsToAddOrOverride = { sources: sourcesOf(event.request).join(' ') }
    event.response = { claimsAndScopeOverrideDetails: { accessTokenGeneration: { claimsToAddOrOverride } } }
    return event
  },
)

function sourcesOf({ scopes = [], userAttributes }: PreTokenGenerationV3TriggerEvent['request']): string[] {
  const of_client = scopes.flatMap((scope) => SOURCE_SCOPE.exec(scope)?.[1] ?? [])
  const of_person = (userAttributes?.['custom:sources'] ?? '').split(/[\s,]+/)
  return [...new Set([...of_client, ...of_person])].filter((source) => CODE.test(source)).sort()
}
