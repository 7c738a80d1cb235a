import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { derive } from '../../data/derive/main.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const DATA = join(import.meta.dirname, '../../data')

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
}

test('the bundled files are what npm run data derives from the facts', async () => {
  const again = await temporaryFolder()
  expect(derive(again)).toEqual([])
  const results = async (folder: string) =>
    (await filesBelow(folder)).filter((path) => !/^(facts|derive)\//.test(path)).sort()
  const derived = await results(again)
  const bundled = await results(DATA)
  expect(derived).toEqual(bundled)
  for (const path of derived) {
    expect(await readFile(join(again, path), 'utf8'), path).toBe(await readFile(join(DATA, path), 'utf8'))
  }
})

test('Umeå and Skellefteå together serve 42 000 portions on a school day, 178 days a year', async () => {
  const rows = async (quarter: string) => {
    const text = await readFile(join(DATA, `vasterbotten/portions/skafferi-model/${quarter}.csv`), 'utf8')
    const [header, ...lines] = text.trim().split('\n')
    const names = header!.split(',')
    return lines.map((line) => Object.fromEntries(line.split(',').map((cell, at) => [names[at], cell])))
  }
  const year = await Promise.all(['2025-Q4', '2026-Q1', '2026-Q2', '2026-Q3'].map(rows))
  for (const quarter of year) {
    const both = quarter.filter(({ place }) => place === '2480' || place === '2482')
    const daily = both.map(({ portions, serving_days }) => Number(portions) / Number(serving_days))
    expect(daily.reduce((sum, one) => sum + one, 0)).toBeCloseTo(42_000, 6)
  }
  const schooldays = year.map((quarter) =>
    quarter.find(({ place, segment }) => place === '2480' && segment === 'school'),
  )
  expect(schooldays.reduce((sum, row) => sum + Number(row!.serving_days), 0)).toBe(178)
})
