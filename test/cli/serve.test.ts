import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { analyse } from '../../core/analyse.ts'
import { plainRows, query } from '../../core/query.ts'
import { FileStorage } from '../../core/storage/file.ts'
import { marts } from '../../schemas/marts/index.ts'
import { type Served, serveLake } from '../support/served.ts'
import {
  csvOf,
  keysOf,
  landRegion,
  QUARTER,
  type Row,
  served,
  smallRegion,
  suiteFolder,
} from '../support/small-region.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const folder = suiteFolder()
const main = join(import.meta.dirname, '../../cli/skafferi.js')
let server: Served
let lake: string
let region: FileStorage

beforeAll(async () => {
  lake = join(folder.path, 'lake')
  region = new FileStorage(lake)
  await landRegion(region, folder.path, smallRegion())
  await analyse(region, { quarter: QUARTER })
  server = await serveLake(lake)
}, 120_000)
afterAll(() => server.close())

/** Asks with headers that fetch would not let be set. */
async function raw(path: string, headers: Record<string, string>, method = 'GET'): Promise<number> {
  const asked = request(`${server.origin}${path}`, { method, headers })
  asked.end()
  const [response] = await once(asked, 'response')
  response.resume()
  return response.statusCode
}

const post = (path: string, body: object) =>
  fetch(`${server.origin}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
const bytesOf = (rows: readonly Row[]) => Buffer.from(csvOf('portions', rows))
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

async function declare(bytes: Buffer, source: string) {
  const body = { dataset: 'portions', source, quarter: QUARTER, sha256: sha256(bytes), bytes: bytes.length }
  return (await (await post('/v1/deliveries', body)).json()) as {
    delivery: string
    upload: { url: string }
  }
}

describe('whom it answers', () => {
  test('this machine by its names, and nobody who calls it by another', async () => {
    const port = new URL(server.origin).port
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `LOCALHOST:${port}`])
      expect(await raw('/v1/releases', { host }), host).toBe(200)
    for (const host of [
      'evil.example',
      `evil.example:${port}`,
      '127.0.0.1',
      '127.0.0.1:1',
      `127.0.0.1.evil.example:${port}`,
    ])
      expect(await raw('/v1/releases', { host }), host).toBe(403)
  })

  test('pages of its own, and none of other sites', async () => {
    const port = new URL(server.origin).port
    expect(await raw('/v1/releases', { origin: server.origin })).toBe(200)
    expect(await raw('/v1/releases', { origin: `http://localhost:${port}` })).toBe(200)
    for (const origin of ['https://evil.example', 'null', `https://127.0.0.1:${port}`, 'http://127.0.0.1'])
      for (const [path, method] of [
        ['/v1/releases', 'GET'],
        ['/v1/analyses', 'POST'],
        ['/v1/uploads/00', 'PUT'],
      ] as const)
        expect(await raw(path, { origin }, method), `${origin} ${path}`).toBe(403)
  })
})

test.each(marts.map(({ name }) => name))('%s is what query gives', async (mart) => {
  const response = await fetch(`${server.origin}/v1/marts/${mart}`)
  const told = (await response.json()) as { rows: object[] }
  expect(told.rows).toEqual(plainRows((await query(region, { mart })).arrow))
})

test('a reader has in the cache what it has, over the wire too', async () => {
  const first = await fetch(`${server.origin}/v1/marts/gaps`)
  await first.arrayBuffer()
  const again = await fetch(`${server.origin}/v1/marts/gaps`, {
    headers: { 'if-none-match': first.headers.get('etag')! },
  })
  expect([again.status, await again.text()]).toEqual([304, ''])
  const head = await fetch(`${server.origin}/v1/marts/gaps`, { method: 'HEAD' })
  expect(head.headers.get('content-length')).toBe(first.headers.get('content-length'))
})

describe('uploads', () => {
  test('are landed by the time they are answered', async () => {
    const bytes = bytesOf([served({ portions: '77' })])
    const { delivery, upload } = await declare(bytes, 'sender-a')
    expect((await fetch(upload.url, { method: 'PUT', body: bytes })).status).toBe(200)
    const receipt = await (await fetch(`${server.origin}/v1/deliveries/${delivery}`)).json()
    expect(receipt).toMatchObject({ delivery, status: 'accepted', source: 'sender-a', rows: 1 })
    // once more, as somebody does who has not heard the answer
    expect((await fetch(upload.url, { method: 'PUT', body: bytes })).status).toBe(200)
  })

  test('of other bytes than were declared leave nothing', async () => {
    const bytes = bytesOf([served({ portions: '78' })])
    const { delivery, upload } = await declare(bytes, 'sender-b')
    const [other, longer] = [Buffer.from(bytes), Buffer.concat([bytes, bytes])]
    other[other.length - 3] = 88
    for (const wrong of [other, longer, bytes.subarray(1), Buffer.alloc(0)]) {
      const response = await fetch(upload.url, { method: 'PUT', body: new Uint8Array(wrong) })
      expect(response.status).toBe(400)
      expect(response.headers.get('content-type')).toBe('application/problem+json')
    }
    expect(await keysOf(region, 'landing/portions/sender-b')).toEqual([])
    expect((await fetch(`${server.origin}/v1/deliveries/${delivery}`)).status).toBe(404)
    expect((await fetch(upload.url, { method: 'PUT', body: bytes })).status).toBe(200)
  })

  test('of senders who go in the middle leave nothing, and are no faults', async () => {
    const bytes = bytesOf(Array.from({ length: 20_000 }, () => served({ portions: '80' })))
    const { delivery, upload } = await declare(bytes, 'sender-d')
    const sending = request(upload.url, { method: 'PUT', headers: { 'content-length': bytes.length } })
    sending.once('error', () => undefined)
    await new Promise((sent) => sending.write(bytes.subarray(0, 50_000), sent))
    sending.destroy()
    expect((await fetch(`${server.origin}/v1/deliveries/${delivery}`)).status).toBe(404)
    expect(await keysOf(region, 'landing/portions/sender-d')).toEqual([])
    expect((await fetch(upload.url, { method: 'PUT', body: bytes })).status).toBe(200)
  })

  test('to places that nobody gave out, and by other methods, are refused', async () => {
    expect((await fetch(`${server.origin}/v1/uploads/00ff`, { method: 'PUT', body: 'x' })).status).toBe(404)
    const { upload } = await declare(bytesOf([served({ portions: '79' })]), 'sender-c')
    const response = await fetch(upload.url)
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'PUT'])
  })

  test('at once, of many senders, all count', async () => {
    const senders = Array.from({ length: 6 }, (_, n) => `many-${n}`)
    const codes = await Promise.all(
      senders.map(async (source, n) => {
        const bytes = bytesOf([served({ portions: String(n) })])
        const { delivery, upload } = await declare(bytes, source)
        await fetch(upload.url, { method: 'PUT', body: bytes })
        return (await fetch(`${server.origin}/v1/deliveries/${delivery}`)).status
      }),
    )
    expect(codes).toEqual(senders.map(() => 200))
  })

  test('a body that is too large is told so', async () => {
    const response = await post('/v1/analyses', { quarter: 'x'.repeat(30_000) })
    expect(response.status).toBe(413)
  })
})

test('a run that is asked for is made, one after the other, while others are answered', async () => {
  // the senders above have sent the same rows, which counts twice
  const asked = [false, true].map((publish) => post('/v1/analyses', { quarter: QUARTER, publish }))
  const runs = (await Promise.all((await Promise.all(asked)).map((one) => one.json()))) as {
    location: string
  }[]
  const follow = async ({ location }: { location: string }) =>
    (await (await fetch(`${server.origin}${location}`)).json()) as { state: string; run: string }
  expect((await fetch(`${server.origin}/v1/releases`)).status).toBe(200)
  let told = await Promise.all(runs.map(follow))
  for (let n = 0; n < 300 && told.some(({ state }) => /queued|running/.test(state)); n++) {
    await pause(100)
    told = await Promise.all(runs.map(follow))
  }
  expect(told).toMatchObject([
    { state: 'succeeded', result: { run: told[0]!.run, errors: 1, release: null } },
    { state: 'failed', error: expect.stringContaining('is not published: 1 errors') },
  ])
  expect((await query(region, { mart: 'gaps', run: told[0]!.run })).arrow.numRows).toBeGreaterThan(0)
})

describe('skafferi serve', () => {
  async function start(...args: string[]): Promise<{ child: ChildProcess; out: string; err: () => string }> {
    const child = spawn(process.execPath, [main, 'serve', '--lake', lake, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let [out, err] = ['', '']
    child.stderr!.on('data', (chunk) => {
      err += chunk
    })
    child.stdout!.on('data', (chunk) => {
      out += chunk
    })
    for (let n = 0; n < 600 && out === '' && child.exitCode === null; n++) await pause(50)
    return { child, out, err: () => err }
  }

  test('says where it is, and ends with Ctrl-C though a run is being made', async () => {
    const { child, out } = await start('--port', '0', '--json')
    const { url } = JSON.parse(out) as { url: string }
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:[0-9]+$/)
    const response = await fetch(`${url}/v1/analyses`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ quarter: QUARTER }),
    })
    expect(response.status).toBe(202)
    child.kill('SIGINT')
    const [code] = await once(child, 'exit')
    expect(code).toBe(0)
    await expect(fetch(`${url}/v1/releases`)).rejects.toThrow()
  })

  test('a port that is taken, or is none, is said to be', async () => {
    const taken = await start('--port', new URL(server.origin).port)
    if (taken.child.exitCode === null) await once(taken.child, 'exit')
    expect(taken.child.exitCode).toBe(1)
    expect(taken.err()).toContain('is taken by another program')
    const none = await start('--port', '99999')
    if (none.child.exitCode === null) await once(none.child, 'exit')
    expect(none.child.exitCode).toBe(2)
    expect(none.err()).toContain('valid: 0 to 65535')
  })

  test('says on the terminal, in a line, what callers are not told of a lake that fails', async () => {
    const broken = await temporaryFolder()
    await new FileStorage(broken).put('commits/places/000001.json', Buffer.from('no commit'))
    const { child, out, err } = await start('--port', '0', '--json', '--lake', broken)
    const answered = await fetch(`${(JSON.parse(out) as { url: string }).url}/v1/status`)
    expect(answered.status).toBe(500)
    expect(await answered.text()).not.toContain(broken)
    child.kill('SIGINT')
    await once(child, 'exit')
    expect(err()).toContain('GET /v1/status: commit commits/places/000001.json is damaged')
    expect(err()).not.toMatch(/^ +at /m)
  })

  test('a lake without anything is served too', async () => {
    const empty = await serveLake(join(await temporaryFolder(), 'lake'))
    try {
      expect((await fetch(`${empty.origin}/v1/marts/gaps`)).status).toBe(404)
      expect(await (await fetch(`${empty.origin}/v1/status`)).json()).toMatchObject({
        datasets: [],
        quarter: null,
      })
    } finally {
      await empty.close()
    }
  })
})

test('nothing failed in it', () => {
  expect(server.faults).toEqual([])
})
