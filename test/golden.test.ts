import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { analyse } from '../core/analyse.ts'
import { check } from '../core/check.ts'
import { landFolder } from '../core/land-folder.ts'
import { martCsv } from '../core/mart-text.ts'
import { plainRows, query } from '../core/query.ts'
import { FileStorage } from '../core/storage/file.ts'
import { marts } from '../schemas/marts/index.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const GOLDEN = join(import.meta.dirname, 'golden')
const MAY_WRITE = process.env.CI === undefined
// coverage says when files were landed, which is now
const NAMES = marts.map(({ name }) => name).filter((name) => name !== 'coverage')
const CASES = (await readdir(GOLDEN, { withFileTypes: true }))
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort()

describe('golden cases', () => {
  it.each(CASES)('%s gives the marts that were worked out by hand, and no error of a check', async (name) => {
    const folder = join(GOLDEN, name)
    const storage = await analysed(folder)
    const wrong: string[] = []
    for (const mart of NAMES) {
      const difference = await compare(join(folder, 'expected'), mart, await martText(storage, mart))
      if (difference) wrong.push(difference)
    }
    expect(wrong).toEqual([])
    const quarter = (await readFile(join(folder, 'quarter.txt'), 'utf8')).trim()
    const { violations } = await check(storage, { quarter })
    expect(violations.filter(({ severity }) => severity === 'error')).toEqual([])
  })

  it.each(CASES)('%s has nothing in expected/ but marts that are compared', async (name) => {
    const present = await readdir(join(GOLDEN, name, 'expected'))
    expect(present.sort()).toEqual(NAMES.map((mart) => `${mart}.csv`).sort())
  })
})

/** Lands the case's files into a lake of its own and analyses its quarter. */
async function analysed(folder: string): Promise<FileStorage> {
  const storage = new FileStorage(await temporaryFolder())
  const results = await landFolder(storage, join(folder, 'input'))
  const problems = results.flatMap((result) => result.problems.map(({ message }) => message))
  expect(problems, 'every row of the input is accepted').toEqual([])
  const quarter = (await readFile(join(folder, 'quarter.txt'), 'utf8')).trim()
  await analyse(storage, { quarter })
  return storage
}

async function martText(storage: FileStorage, mart: string): Promise<string> {
  const { table, arrow } = await query(storage, { mart })
  return martCsv(table, plainRows(arrow))
}

/** What is wrong, or null. A text that differs is kept outside the project, to be looked at beside the other. */
async function compare(expected: string, mart: string, text: string): Promise<string | null> {
  const path = join(expected, `${mart}.csv`)
  const known = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (known === text) return null
  if (known === null && MAY_WRITE) {
    await mkdir(expected, { recursive: true })
    await writeFile(path, text)
    return null
  }
  const changed = join(await mkdtemp(join(tmpdir(), 'skafferi-golden-')), `${mart}-changed.csv`)
  await writeFile(changed, text)
  return `${path} ${known === null ? 'is missing' : 'differs'}: the program gives ${changed}`
}
