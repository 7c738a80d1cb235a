import type { ApiEvent, Claims } from '../../functions/api-event.ts'

export type { ApiEvent }

/** An event of an HTTP API, changed as told. */
export function apiEvent(
  method: string,
  path: string,
  changes: Partial<ApiEvent> = {},
  claims?: Claims,
): ApiEvent {
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: '',
    headers: { accept: '*/*', host: 'api.example' },
    isBase64Encoded: false,
    requestContext: {
      stage: '$default',
      requestId: 'r',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'curl' },
      ...(claims ? { authorizer: { jwt: { claims } } } : {}),
    },
    ...changes,
  }
}
