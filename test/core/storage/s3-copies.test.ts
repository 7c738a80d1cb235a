import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { LocalCopies, removeStale } from '../../../core/storage/s3-copies.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

function openCopies(): LocalCopies {
  const copies = new LocalCopies()
  onTestFinished(() => copies.clear())
  return copies
}

// others clean the one that all share
beforeEach(async () => {
  vi.stubEnv('TMPDIR', await temporaryFolder())
  onTestFinished(() => void vi.unstubAllEnvs())
})

/** A folder as a process of that id leaves it, a while ago. */
async function leftBy(pid: number, hours: number): Promise<string> {
  const path = join(tmpdir(), `skafferi-${pid}-test${hours}`)
  await mkdir(path, { recursive: true })
  await writeFile(join(path, 'file'), 'x')
  const then = new Date(Date.now() - hours * 3600 * 1000)
  await utimes(path, then, then)
  onTestFinished(() => rm(path, { recursive: true, force: true }))
  return path
}

test('what killed processes left behind is removed after a day, what others still use is not', async () => {
  const dead = spawnSync('true').pid
  const folders = [await leftBy(dead, 25), await leftBy(dead, 23), await leftBy(process.ppid, 25)]
  await openCopies().folder()
  expect(folders.map((folder) => existsSync(folder))).toEqual([false, true, true])
})

test('where no other process can be, what one left behind is removed at once, even of the same id', async () => {
  const dead = spawnSync('true').pid
  const own = await openCopies().folder()
  const folders = [await leftBy(dead, 0.001), await leftBy(process.pid, 1000), await leftBy(process.ppid, 1)]
  await removeStale(0)
  expect([...folders, own].map((folder) => existsSync(folder))).toEqual([false, false, true, true])
})

test('a file that is adopted keeps its bytes when its own name is gone', async () => {
  const copies = openCopies()
  const file = join(await temporaryFolder(), 'file')
  await writeFile(file, 'rows')
  await copies.adopt('a/b', file)
  await rm(file)
  const path = await copies.get('a/b', () => expect.unreachable('it is here'))
  expect(await readFile(path, 'utf8')).toBe('rows')
})

test.each(['x'.repeat(300), 'å'.repeat(200), '🥕'.repeat(90)])(
  'a key that no disk takes as a name: %s',
  async (name) => {
    const path = await openCopies().get(`a/year=2026/${name}.parquet`, async (to) => {
      await writeFile(to, 'rows')
      return true
    })
    expect(await readFile(path, 'utf8')).toBe('rows')
    expect(path).toMatch(/\/a\/year=2026\/[^/]+\.parquet$/)
  },
)

test('a file that cannot be adopted is downloaded when it is asked for', async () => {
  const copies = openCopies()
  await copies.adopt('a/b', '/nowhere/file')
  const path = await copies.get('a/b', async (to) => {
    await writeFile(to, 'rows')
    return true
  })
  expect(await readFile(path, 'utf8')).toBe('rows')
})
