import { SkafferiError } from '../errors.ts'

/** Where a Trino is, who asks, and where in it the lake's tables are. */
export interface TrinoPlace {
  /** `https://host:port`, without a slash at its end. */
  readonly origin: string
  readonly user: string
  readonly password?: string | undefined
  readonly catalog: string
  readonly schema: string
}

const VALID = 'valid: https://user:password@host:port/catalog/schema'
const HERE = /^(localhost|127(\.\d+){3}|\[::1\])$/

/**
 * The parts of `http[s]://user[:password]@host:port/catalog/schema`.
 *
 * @throws SkafferiError `usage` that says what is wrong without the text itself, which may hold a password
 */
export function trinoPlace(text: string): TrinoPlace {
  const url = URL.parse(text)
  if (url === null) throw wrong('it is no URL')
  if (!/^https?:$/.test(url.protocol)) throw wrong(`it begins with ${url.protocol}`)
  if (url.search !== '' || url.hash !== '') throw wrong('nothing may follow the schema')
  const path = url.pathname.replace(/^\//, '').replace(/\/$/, '').split('/')
  if (path.length !== 2 || path.includes(''))
    throw wrong(`it names ${url.pathname} and not a catalog and a schema`)
  const [catalog, schema, user] = [path[0]!, path[1]!, url.username].map(decoded) as [string, string, string]
  const password = decoded(url.password)
  if (user === '') throw wrong('it names no user')
  if (user.includes(':')) throw wrong('the name of the user holds a colon')
  for (const name of [catalog, schema, user])
    if (!/^[\x20-\x7e]+$/.test(name)) throw wrong('a name in it has characters that a header cannot hold')
  if (password !== '' && url.protocol === 'http:' && !HERE.test(url.hostname))
    throw wrong(`the password would go to ${url.host} unencrypted: use https`)
  return { origin: url.origin, user, password: password === '' ? undefined : password, catalog, schema }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw wrong('a % in it is not followed by two hexadecimal digits (a % itself is %25)')
  }
}

const wrong = (reason: string) =>
  new SkafferiError('usage', `SKAFFERI_TRINO_URL is not the place of a Trino: ${reason} (${VALID})`)
