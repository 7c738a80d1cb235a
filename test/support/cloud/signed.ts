import { createHash, createHmac } from 'node:crypto'

/** Who asks, and where. */
export interface Signer {
  readonly endpoint: string
  readonly region: string
  readonly credentials: {
    readonly accessKeyId: string
    readonly secretAccessKey: string
    readonly sessionToken?: string
  }
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()

interface Ask {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A request to a service for which no client is installed, signed as AWS asks (Signature Version 4). */
async function ask(signer: Signer, service: string, { method, path, headers, body }: Ask): Promise<string> {
  const { endpoint, region, credentials } = signer
  const at = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')
  const all: Record<string, string> = {
    ...headers,
    host: new URL(endpoint).host,
    'x-amz-date': at,
    ...(credentials.sessionToken ? { 'x-amz-security-token': credentials.sessionToken } : {}),
  }
  const names = Object.keys(all).sort()
  const [plain, query = ''] = path.split('?') as [string, string?]
  const canonical = [
    ...[method, plain, query],
    ...names.map((name) => `${name}:${all[name]}`),
    ...['', names.join(';'), sha256(body)],
  ].join('\n')
  const scope = [at.slice(0, 8), region, service, 'aws4_request']
  const key = scope.reduce<string | Buffer>(hmac, `AWS4${credentials.secretAccessKey}`)
  const signature = hmac(key, ['AWS4-HMAC-SHA256', at, scope.join('/'), sha256(canonical)].join('\n'))
  const authorization = `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope.join('/')}, SignedHeaders=${names.join(';')}, Signature=${signature.toString('hex')}`
  const sent = body === '' ? {} : { body }
  const answer = await fetch(`${endpoint}${path}`, { method, headers: { ...all, authorization }, ...sent })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${service} ${path}: ${answer.status} ${text.slice(0, 500)}`)
  return text
}

/** A call in the protocol AWS JSON 1.1, such as `('glue', 'AWSGlue.GetTable', …)`. */
export async function askJson<T>(signer: Signer, service: string, target: string, input: object): Promise<T> {
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target }
  const body = JSON.stringify(input)
  return JSON.parse(await ask(signer, service, { method: 'POST', path: '/', headers, body })) as T
}

/** A call in the protocol AWS Query; the answer is XML. */
export async function askQuery(
  signer: Signer,
  service: string,
  input: Record<string, string>,
): Promise<string> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const body = new URLSearchParams(input).toString()
  return await ask(signer, service, { method: 'POST', path: '/', headers, body })
}

/** A call in the protocol REST JSON. */
export async function askRest<T>(
  signer: Signer,
  service: string,
  method: string,
  path: string,
  input?: object,
): Promise<T> {
  const headers = { 'content-type': 'application/json' }
  const body = input === undefined ? '' : JSON.stringify(input)
  return JSON.parse((await ask(signer, service, { method, path, headers, body })) || '{}') as T
}

/** The text of an element of an XML answer. */
export function elementOf(xml: string, name: string): string {
  const found = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1]
  if (found === undefined) throw new Error(`no <${name}> in ${xml.slice(0, 500)}`)
  return found
}

/** A signer with the rights of a role. */
export async function assumed(signer: Signer, role_arn: string): Promise<Signer> {
  const input = { Action: 'AssumeRole', Version: '2011-06-15', RoleArn: role_arn, RoleSessionName: 'test' }
  const xml = await askQuery(signer, 'sts', input)
  return {
    ...signer,
    credentials: {
      accessKeyId: elementOf(xml, 'AccessKeyId'),
      secretAccessKey: elementOf(xml, 'SecretAccessKey'),
      sessionToken: elementOf(xml, 'SessionToken'),
    },
  }
}
