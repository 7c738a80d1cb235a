import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { FileStorage } from '../../core/storage/file.ts'
import { type Served, serveLake } from '../support/served.ts'
import {
  csvOf,
  landRegion,
  only,
  QUARTER,
  served,
  smallRegion,
  suiteFolder,
} from '../support/small-region.ts'

const folder = suiteFolder()
const main = join(import.meta.dirname, '../../cli/skafferi.js')
const TOKEN = 'a-token-that-nobody-may-see'
let server: Served

beforeAll(async () => {
  const lake = join(folder.path, 'lake')
  await landRegion(new FileStorage(lake), folder.path, only(smallRegion(), 'places', 'uncertainty'))
  server = await serveLake(lake)
}, 120_000)
afterAll(() => server.close())

interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs the program where there is no lake. */
function send(args: readonly string[], env: Record<string, string> = {}): Promise<Ran> {
  return new Promise((done) => {
    const environment = { ...process.env, NO_COLOR: '1', SKAFFERI_LAKE: join(folder.path, 'no-lake'), ...env }
    execFile(process.execPath, [main, 'send', ...args], { env: environment }, (error, out, err) =>
      done({ code: error ? Number(error.code) : 0, out, err }),
    )
  })
}

let files = 0
async function fileOf(content: string): Promise<string> {
  const file = join(folder.path, `sent-${++files}.csv`)
  await writeFile(file, content)
  return file
}

const options = (api: string, ...more: string[]) => [
  ...['--dataset', 'portions', '--source', 'kitchens', '--quarter', QUARTER, '--api', api],
  ...more,
]
const portions = (count: string) => csvOf('portions', [served({ portions: count })])

describe('over a socket, to serve', () => {
  test('sends a file and tells its receipt; sent again nothing is', async () => {
    const file = await fileOf(portions('10'))
    const first = await send([file, ...options(server.origin)])
    expect(first).toMatchObject({ code: 0, err: '' })
    expect(first.out).toContain(`accepted portions/kitchens/${QUARTER}`)
    expect(first.out).toContain('1 rows accepted, 0 refused')
    const again = JSON.parse((await send([file, ...options(server.origin, '--json')])).out)
    expect(again).toMatchObject({ status: 'duplicate', rows: 1, receipts: 1 })
  })

  test('says what its sender can do, who has no lake', async () => {
    const rows = Array.from({ length: 30 }, () => served({ portions: 'many' }))
    const { out } = await send([await fileOf(csvOf('portions', rows)), ...options(server.origin)])
    const [, delivery] = /^delivery (d[0-9a-f]{24})/m.exec(out)!
    expect(out).toContain(`the only receipt: ${server.origin}/v1/deliveries/${delivery}`)
    expect(out).toMatch(/… and [0-9]+ more, all of them in http/)
    const again = `send FILE --dataset portions --source kitchens --quarter ${QUARTER} --api ${server.origin}`
    expect(out).toContain(`npx skafferi ${again}\n`)
    expect(out).not.toMatch(/skafferi (land|receipt|analyse)/)
    const accepted = await send([await fileOf(portions('16')), ...options(server.origin)])
    expect(accepted.out).not.toContain('npx skafferi')
  })

  test('asks nothing of a lake, and takes none', async () => {
    const file = await fileOf(portions('17'))
    const nowhere = { SKAFFERI_LAKE: 's3:/no-lake' }
    expect(await send([file, ...options(server.origin)], nowhere)).toMatchObject({ code: 0, err: '' })
    const { code, err } = await send([file, ...options(server.origin, '--lake', folder.path)])
    expect(code).toBe(2)
    expect(err).toContain('unknown option: --lake')
    expect((await send(['--help'])).out).not.toMatch(/--(lake|engine)/)
  })

  test('a refused file is exit 3, with its reasons, however often it is sent', async () => {
    const file = await fileOf(portions('many'))
    for (const receipts of [1, 2]) {
      const { code, out } = await send([file, ...options(server.origin, '--json')])
      expect(code).toBe(3)
      expect(JSON.parse(out)).toMatchObject({ status: 'refused', receipts, problems_total: 2 })
    }
  })

  test('without waiting it says which delivery it is', async () => {
    const { code, out } = await send([
      await fileOf(portions('11')),
      ...options(server.origin, '--wait', '0', '--json'),
    ])
    expect(code).toBe(0)
    expect(JSON.parse(out)).toEqual({ delivery: expect.stringMatching(/^d[0-9a-f]{24}$/), state: 'waiting' })
  })

  test.each([
    [['--dataset', 'portion'], 'portions'],
    [['--quarter', '2026-Q5'], '2026-Q3'],
    [['--source', '../x'], 'letters, digits'],
    [['--wait', 'long'], 'not a number of seconds'],
    [['--api', 'api.example'], 'valid: https://'],
    [['--api', 'https://user:word@api.example'], 'no names or passwords'],
  ])('%j is wrong usage', async (more, words) => {
    const { code, err } = await send([await fileOf(portions('12')), ...options(server.origin, ...more)])
    expect(code).toBe(2)
    expect(err).toContain(words)
  })

  test('a file that is not there, and options that are missing, are wrong usage', async () => {
    expect(await send(['no-such-file.csv', ...options(server.origin)])).toMatchObject({ code: 2 })
    expect((await send([await fileOf('x'), '--api', server.origin])).err).toContain('--dataset is missing')
    expect((await send([await fileOf('x'), '--dataset', 'portions'])).err).toContain('--api is missing')
    const said = ['--dataset', 'portions', '--source', 'kitchens', '--api', server.origin]
    expect((await send([await fileOf('x'), ...said])).err).toContain('quarter is missing (valid: a quarter')
  })
})

/** A server that answers as the test says. */
async function answering(listener: RequestListener): Promise<string> {
  const other: Server = createServer(listener)
  await new Promise<void>((done) => other.listen(0, '127.0.0.1', done))
  onTestFinished(() => void other.close())
  return `http://127.0.0.1:${(other.address() as AddressInfo).port}`
}

describe('on a bad way', () => {
  test('tries again, with the token, which goes to the API and nowhere else', async () => {
    const seen: string[] = []
    let refused = 0
    const api = await answering(async (request, response) => {
      seen.push(`${request.method} ${request.url} ${request.headers.authorization}`)
      const body: Buffer[] = []
      for await (const chunk of request) body.push(chunk as Buffer)
      // every first try fails
      if (refused++ % 2 === 0) return void response.writeHead(503).end()
      const passed = await fetch(`${server.origin}${request.url}`, {
        method: request.method!,
        headers: { 'content-type': 'application/json' },
        ...(body.length > 0 ? { body: Buffer.concat(body) } : {}),
      })
      const text = (await passed.text()).replaceAll(`${server.origin}/v1/uploads`, `${api}/v1/uploads`)
      response.writeHead(passed.status, { 'content-type': 'application/json' }).end(text)
    })
    const ran = await send([await fileOf(portions('13')), ...options(api)], { SKAFFERI_TOKEN: TOKEN })
    expect(ran).toMatchObject({ code: 0, err: '' })
    expect(seen.filter((line) => line.startsWith('PUT'))).toHaveLength(2)
    for (const line of seen) expect(line.includes(`Bearer ${TOKEN}`), line).toBe(!line.startsWith('PUT'))
  })

  test.each([
    [401, { message: 'Unauthorized' }, 2, 'Unauthorized; the token is SKAFFERI_TOKEN'],
    [
      403,
      { type: 'about:blank', title: 'Forbidden', status: 403, detail: 'not yours', valid: ['a'] },
      2,
      'not yours (valid: a)',
    ],
    [302, {}, 1, 'no answer'],
    [200, { nonsense: true }, 1, 'is it one?'],
  ])('%i is told, and no token with it', async (status, body, code, words) => {
    const api = await answering((_, response) => {
      response.writeHead(status, { 'content-type': 'application/json', location: 'http://127.0.0.1:1/' })
      response.end(JSON.stringify(body))
    })
    const ran = await send([await fileOf(portions('14')), ...options(api, '--debug')], {
      SKAFFERI_TOKEN: TOKEN,
    })
    expect(ran.code).toBe(code)
    expect(ran.err).toContain(words)
    expect(ran.err + ran.out).not.toContain(TOKEN)
  })

  test('a token is not sent where others could read it', async () => {
    const { code, err } = await send([await fileOf('x'), ...options('http://api.example')], {
      SKAFFERI_TOKEN: TOKEN,
    })
    expect(code).toBe(2)
    expect(err).toContain('only sent over https')
    expect(err).not.toContain(TOKEN)
  })

  test.each(['two words', 'a line\nbreak', 'kvällsmål'])(
    'what is no token is not sent, nor shown: %j',
    async (no_token) => {
      const { code, err, out } = await send(
        [await fileOf('x'), ...options('https://api.example', '--debug')],
        {
          SKAFFERI_TOKEN: no_token,
        },
      )
      expect(code).toBe(2)
      expect(err).toContain('SKAFFERI_TOKEN is no token')
      expect(err + out).not.toContain(no_token)
    },
  )

  test('what was sent is said, though the API is gone when its receipt is asked for', async () => {
    const api = await answering((request, response) => {
      request.resume()
      if (request.method === 'GET') return void response.destroy()
      const upload = { method: 'PUT', url: `${api}/put`, headers: {}, expires_at: '2026-11-27T00:00:00Z' }
      const place = { delivery: 'd0123456789abcdef01234567', receipts: 0, upload }
      response.writeHead(request.method === 'POST' ? 201 : 200, { 'content-type': 'application/json' })
      response.end(JSON.stringify(place))
    })
    const { code, err } = await send([await fileOf(portions('18')), ...options(api)])
    expect(code).toBe(1)
    expect(err).toMatch(/delivery d0123456789abcdef01234567 was sent, but .* no answer after 5 tries/)
    expect(err).toContain('sending the same file again asks for it')
  })

  test('a receipt that does not come in time is no success', async () => {
    const api = await answering((request, response) => {
      request.resume()
      const upload = { method: 'PUT', url: `${api}/put`, headers: {}, expires_at: '2026-11-27T00:00:00Z' }
      const place = { delivery: 'd0123456789abcdef01234567', receipts: 0, upload }
      const status = request.method === 'POST' ? 201 : request.method === 'PUT' ? 200 : 404
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(place))
    })
    const { code, err } = await send([await fileOf(portions('15')), ...options(api, '--wait', '1')])
    expect(code).toBe(1)
    expect(err).toContain('there is no receipt (none after 1 s')
  })
})
