/** What a token may be allowed to do: scope → what it allows. In the cloud each has the stage's prefix. */
export const apiScopes = {
  read: 'Read the figures of every run, and how the lake stands.',
  land: 'Deliver files of the sources that the token names, and read their receipts.',
  'read:receipts': 'Read the receipts of every source.',
  analyse: 'Start runs, publish them, and follow them.',
} as const

/** Name of a scope, without prefix. */
export type ApiScope = keyof typeof apiScopes

/** A route of the HTTP API (DESIGN §9). */
export interface ApiRoute {
  /** Name of what it does, `operationId` of the OpenAPI document. */
  readonly id: string
  /** A route for GET answers HEAD too. */
  readonly method: 'GET' | 'POST'
  /** Parts in braces are parameters. */
  readonly path: `/v1/${string}`
  /** Any one of these is enough; empty = for everybody, without a token. */
  readonly scopes: readonly ApiScope[]
  readonly summary: string
}

/** Every route, from which routing, authorisation, the gateway and the OpenAPI document follow. */
export const apiRoutes = [
  {
    id: 'readMart',
    method: 'GET',
    path: '/v1/marts/{mart}',
    scopes: ['read'],
    summary: 'Rows of a mart of the newest (or named) run',
  },
  {
    id: 'readStatus',
    method: 'GET',
    path: '/v1/status',
    scopes: ['read'],
    summary: 'Sources, runs and releases: what has come, what is late or missing, what is out of date',
  },
  {
    id: 'listReleases',
    method: 'GET',
    path: '/v1/releases',
    scopes: [],
    summary: 'The release of each quarter that readers get',
  },
  {
    id: 'readRelease',
    method: 'GET',
    path: '/v1/releases/{quarter}',
    scopes: [],
    summary: 'What is published for a quarter: its record and its files',
  },
  {
    id: 'declareDelivery',
    method: 'POST',
    path: '/v1/deliveries',
    scopes: ['land'],
    summary: 'Declares a delivery and gets a place to PUT its file',
  },
  {
    id: 'readReceipt',
    method: 'GET',
    path: '/v1/deliveries/{delivery}',
    scopes: ['land', 'read:receipts'],
    summary: 'The receipt of a delivery, row by row',
  },
  {
    id: 'startAnalysis',
    method: 'POST',
    path: '/v1/analyses',
    scopes: ['analyse'],
    summary: 'Starts a run, and publishes it if asked to',
  },
  {
    id: 'readAnalysis',
    method: 'GET',
    path: '/v1/analyses/{run}',
    scopes: ['analyse'],
    summary: 'How a run stands',
  },
] as const satisfies readonly ApiRoute[]

/** Name of a route. */
export type ApiRouteId = (typeof apiRoutes)[number]['id']
