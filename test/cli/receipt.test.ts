import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { FileStorage } from '../../core/storage/file.ts'
import {
  csvOf,
  landRegion,
  only,
  QUARTER,
  send,
  served,
  smallRegion,
  suiteFolder,
} from '../support/small-region.ts'

const ROOT = join(import.meta.dirname, '../..')
const folder = suiteFolder()
const path = (name: string) => join(folder.path, name)

/** Runs the program as a user would, without a terminal. */
function skafferi(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((done) => {
    execFile(
      process.execPath,
      [join(ROOT, 'cli/skafferi.js'), ...args],
      { env: { ...process.env, NO_COLOR: '1', SKAFFERI_LAKE: path('lake') } },
      (error, out, err) => done({ code: error ? Number(error.code) : 0, out, err }),
    )
  })
}

const land = (file: string, ...more: string[]) =>
  skafferi('land', file, '--dataset', 'portions', '--source', 'sender', '--quarter', QUARTER, ...more)

let good = ''
beforeAll(async () => {
  const storage = new FileStorage(path('lake'))
  await landRegion(storage, folder.path, only(smallRegion(), 'places', 'sources', 'uncertainty'))
  good = (await send(storage, folder.path, 'portions', [served()], { source: 'other' })).delivery
})

describe('a sender', () => {
  test('gets a receipt from landing, mends the refused rows, puts them back and lands the whole', async () => {
    const rows = [served({ portions: '1 200' }), served({ segment: 'preschool' })]
    await writeFile(path('june.csv'), csvOf('portions', rows))
    const refused = await land(path('june.csv'))
    expect(refused.code).toBe(3)
    expect(refused.out).toContain(
      `refused portions/sender/${QUARTER} from june.csv: 0 rows accepted, 1 refused`,
    )
    expect(refused.out).toContain('line 2')
    expect(refused.out).toContain('nothing more is due: sources does not declare portions of sender')
    const delivery = /^delivery (d[0-9a-f]{24})$/m.exec(refused.out)![1]!
    expect(refused.out).toContain(`npx skafferi receipt ${delivery} --format csv > refused.csv`)

    const csv = await skafferi('receipt', delivery, '--format', 'csv')
    expect(csv).toMatchObject({ code: 0, err: '' })
    await writeFile(path('refused.csv'), csv.out.replace('1 200,', '1200,'))
    const whole = await skafferi('receipt', delivery, '--mended', path('refused.csv'))
    expect(whole.out).toBe((await readFile(path('june.csv'), 'utf8')).replace('1 200', '1200'))
    expect(whole.err).toContain('1 rows of')

    await writeFile(path('whole.csv'), whole.out)
    const accepted = await land(path('whole.csv'))
    expect(accepted.code).toBe(0)
    expect(accepted.out).toContain('2 rows accepted, 0 refused')
    expect(accepted.out).toContain('counts since')
    const duplicate = await land(path('whole.csv'))
    expect(duplicate.code).toBe(0)
    expect(duplicate.out).toMatch(/^duplicate portions\/sender/)
  })

  test('reads the receipt as text and as JSON, an answer that is no failure though the file was refused', async () => {
    const [shown, json] = [await skafferi('receipt', good), await skafferi('receipt', good, '--json')]
    expect(shown.code).toBe(0)
    expect(shown.out).toContain('not analysed yet')
    expect(shown.out).toContain(`npx skafferi analyse --quarter ${QUARTER}`)
    expect(JSON.parse(json.out)).toMatchObject({
      delivery: good,
      status: 'accepted',
      not_used: 'not_analysed',
    })
    await writeFile(path('empty.csv'), '')
    const { delivery } = JSON.parse((await land(path('empty.csv'), '--json')).out)
    const refused = await skafferi('receipt', delivery, '--lake', path('lake'))
    expect(refused).toMatchObject({ code: 0, err: '' })
    expect(refused.out).toContain(
      `npx skafferi land FILE --dataset portions --source sender --quarter ${QUARTER} --lake ${path('lake')}`,
    )
  })

  test.each([
    [['receipt'], 'takes DELIVERY'],
    [['receipt', 'd0'], 'unknown delivery: "d0"'],
    [['receipt', 'd0', '--format', 'xml'], 'did you mean'],
    [['receipt', 'd0', '--format', 'csv', '--json'], 'leave one out'],
    [['receipt', 'd0', '--mended', 'a.csv', '--format', 'csv'], 'leave out --format'],
  ])('who asks %j is told what would be right, exit 2', async (args, message) => {
    const { code, err } = await skafferi(...args)
    expect(code).toBe(2)
    expect(err).toContain(message)
  })
})
