import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { analyse } from '../../core/analyse.ts'
import { FileStorage } from '../../core/storage/file.ts'
import { forbiddenIn } from '../../schemas/forbidden-phrasings.ts'
import {
  landRegion,
  objectsOf,
  purchase,
  QUARTER,
  send,
  smallRegion,
  suiteFolder,
} from '../support/small-region.ts'

const ROOT = join(import.meta.dirname, '../..')
const folder = suiteFolder()
let storage: FileStorage

beforeAll(async () => {
  storage = new FileStorage(join(folder.path, 'lake'))
  await landRegion(storage, folder.path, smallRegion())
  await analyse(storage, { quarter: QUARTER })
}, 120_000)

function skafferi(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((done) => {
    const environment = { ...process.env, NO_COLOR: '1', SKAFFERI_LAKE: join(folder.path, 'lake') }
    execFile(
      process.execPath,
      [join(ROOT, 'cli/skafferi.js'), ...args],
      { env: environment },
      (error, out, err) => done({ code: error ? Number(error.code) : 0, out, err }),
    )
  })
}

describe('skafferi publish', () => {
  test('answers with exactly the contract, and then that nothing changed', async () => {
    const first = await skafferi('publish', '--quarter', QUARTER, '--json')
    expect(first.code).toBe(0)
    const result = JSON.parse(first.out)
    expect(Object.keys(result)).toEqual([
      'quarter',
      'release',
      'run',
      'status',
      'corrects',
      'files',
      'withheld',
      'changes',
      'checks',
    ])
    expect(result).toMatchObject({
      quarter: QUARTER,
      release: 1,
      status: 'published',
      corrects: null,
      changes: null,
    })
    expect(result.files).toHaveLength(27)
    expect(result.files[0]).toEqual({
      path: 'gaps.csv',
      bytes: expect.any(Number),
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    })

    const again = await skafferi('publish', '--quarter', QUARTER)
    expect(again).toMatchObject({ code: 0, out: expect.stringContaining('nothing changed'), err: '' })
    expect(forbiddenIn(again.out)).toEqual([])
    expect((await skafferi('status')).out).toMatch(/2026-Q3\s+1\s+\S+\s+current/)
  })

  test('with errors is exit 4, says which, and changes nothing', async () => {
    // the wholesaler has told of this supplier already
    await send(storage, folder.path, 'purchases', [purchase({ kg: '7' })], { source: 'municipality' })
    const stale = await skafferi('publish', '--quarter', QUARTER, '--json')
    expect(stale.code).toBe(0)
    expect(stale.err).toContain(`the newest run of ${QUARTER} is stale`)
    expect(stale.err).toContain(`skafferi analyse --quarter ${QUARTER}`)
    expect(Object.keys(JSON.parse(stale.out))).not.toContain('stale')
    await analyse(storage, { quarter: QUARTER }, { now: () => new Date(Date.now() + 60_000) })
    const before = await objectsOf(storage)
    const shown = await skafferi('publish', '--quarter', QUARTER, '--reason', 'more purchases')
    expect(shown).toMatchObject({ code: 4, err: '' })
    expect(shown.out).toContain('supplier_from_one_source')
    const { code, out } = await skafferi('publish', '--quarter', QUARTER, '--reason', 'x', '--json')
    expect(code).toBe(4)
    expect(JSON.parse(out)).toMatchObject({
      error: { kind: 'check', message: expect.stringContaining('supplier_from_one_source') },
      violations: expect.arrayContaining([
        expect.objectContaining({ severity: 'error', rule: 'supplier_from_one_source' }),
      ]),
    })
    expect(await objectsOf(storage)).toEqual(before)
  })

  test('without a reason for another run is wrong usage', async () => {
    expect(await skafferi('publish', '--quarter', QUARTER)).toMatchObject({
      code: 2,
      err: expect.stringContaining('needs --reason TEXT'),
    })
  })

  test('--help says what it takes', async () => {
    const { code, out } = await skafferi('publish', '--help')
    expect(code).toBe(0)
    expect(out).toContain('skafferi publish --quarter Q [--reason TEXT]')
  })
})
