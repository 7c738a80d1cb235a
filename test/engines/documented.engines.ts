import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { docBlock, docBlockNames } from '../support/doc-block.ts'
import { suiteFolder } from '../support/small-region.ts'

const ROOT = join(import.meta.dirname, '../..')
const MAIN = join(ROOT, 'test/support/trino/main.ts')
const DOCUMENT = 'docs/engines.md'
/** What the user who computes may not do. */
const REFUSED = `echo '--- refused'
! trino --server "$TRINO_SERVER" --user analyst --catalog lake --schema skafferi --execute 'drop table places' 2>&1
`
const folder = suiteFolder()

/** A folder for all temporary files of a program, so that what it leaves is seen. */
const ownTemporary = () => mkdtemp(join(folder.path, 'tmp-'))
const serversIn = async (temporary: string) =>
  (await readdir(temporary))
    .filter((name) => name.startsWith('skafferi-'))
    .map((name) => name.replace(/-\w+$/, ''))

/** Command lines of processes that have something to do with a folder. */
async function processesOf(temporary: string): Promise<string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const lines = await Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')))
  return lines.map((line) => line.replaceAll('\0', ' ')).filter((line) => line.includes(temporary))
}

async function nothingStays(temporary: string): Promise<void> {
  await expect.poll(() => processesOf(temporary), { timeout: 20_000 }).toEqual([])
  await expect.poll(() => serversIn(temporary), { timeout: 20_000 }).toEqual([])
}

function environment(temporary: string): NodeJS.ProcessEnv {
  const { SKAFFERI_LAKE: _, SKAFFERI_TRINO_URL: __, ...others } = process.env
  const PATH = `${join(ROOT, 'node_modules/node/bin')}:${join(ROOT, 'node_modules/.bin')}:${process.env.PATH}`
  return { ...others, PATH, TMPDIR: temporary, NO_COLOR: '1' }
}

test('the documented way from nothing to a run on Trino, line by line in one shell, after which nothing stays', async () => {
  const names = docBlockNames(DOCUMENT, 'sh')
  expect(names).toEqual(['servers', 'land', 'tables', 'analyse', 'query', 'rest'])
  const temporary = await ownTemporary()
  const script = names.map((name) => `echo "--- ${name}"\n${docBlock(DOCUMENT, `sh ${name}`)}`).join('')
  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script + REFUSED], {
    cwd: ROOT,
    env: environment(temporary),
    maxBuffer: 64 << 20,
    timeout: 280_000,
  })
  const said = Object.fromEntries(
    stdout
      .split(/^--- /m)
      .slice(1)
      .map((part) => [/^\w+/.exec(part)![0], part.replace(/^\w+\n/, '')]),
  )
  expect(said.servers).toBe('s3://food/region\n')
  expect(said.land).toMatch(/^\d+ accepted \(.* rows\), 0 duplicates, 0 refused/m)
  expect(said.tables).toBe('')
  expect(said.analyse).toMatch(/ rows of opportunities, 2026-Q3, run /)
  expect(said.query).toMatch(/^"county","\d+"$/m)
  expect(said.rest).toBe('')
  expect(said.refused).toContain('Access Denied: Cannot drop table lake.skafferi.places')
  await nothingStays(temporary)
})

describe('the servers', () => {
  test('end with the program that started them, though it is killed while it starts', async () => {
    const temporary = await ownTemporary()
    const program = spawn(process.execPath, [MAIN, '--json'], {
      env: environment(temporary),
      stdio: 'ignore',
    })
    const ended = once(program, 'exit')
    const all = ['skafferi-moto', 'skafferi-s3', 'skafferi-trino']
    await expect.poll(async () => (await serversIn(temporary)).sort(), { timeout: 60_000 }).toEqual(all)
    // Java runs already
    await expect
      .poll(async () => (await processesOf(temporary)).join('\n'), { timeout: 60_000 })
      .toContain('java')
    program.kill('SIGKILL')
    await ended
    await nothingStays(temporary)
  })

  test('end when they are told to, while they start', async () => {
    const temporary = await ownTemporary()
    const program = spawn(process.execPath, [MAIN], { env: environment(temporary), stdio: 'ignore' })
    const ended = once(program, 'exit')
    await expect.poll(() => serversIn(temporary), { timeout: 60_000 }).toContain('skafferi-s3')
    program.kill('SIGTERM')
    expect((await ended)[0]).toBe(1)
    await nothingStays(temporary)
  })

  test.each([
    [['--version', '352'], 'no Trino 352 here (valid: 435, 476)'],
    [['--lake', 'food'], 'not a place for a lake: food (valid: --lake s3://lake/region)'],
    [['--lakes', 's3://food'], "Unknown option '--lakes'"],
  ])('%j is refused in a sentence', async (args, sentence) => {
    const refused = promisify(execFile)(process.execPath, [MAIN, ...args], { env: environment(tmpdir()) })
    await expect(refused).rejects.toMatchObject({ code: 1, stderr: `${sentence}\n` })
  })

  test.each([
    ['no Go', 'go is missing: install Go 1.26 or later, then run this again'],
    [
      'no Java',
      'Trino 435 needs Java 17 or later, and there is no java: install one and let JAVA_HOME name it',
    ],
  ])('without what they need there is a sentence that says so: %s', async (what, sentence) => {
    const temporary = await ownTemporary()
    const bin = join(temporary, 'bin')
    const tools = ['bash', 'sh', 'cat', 'dirname', 'mkdir', 'mktemp', 'rm', 'kill', 'cmp']
    const links = `mkdir ${bin}; for one in ${tools.join(' ')}; do ln -s "$(type -P $one)" ${bin}/ || true; done`
    await promisify(execFile)('bash', ['-c', links])
    const { JAVA_HOME: _, ...others } = environment(temporary)
    const env = {
      ...others,
      PATH: bin,
      ...(what === 'no Go' ? { SKAFFERI_TOOLS: join(temporary, 'tools') } : {}),
    }
    const refused = promisify(execFile)(process.execPath, [MAIN], { env })
    await expect(refused).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining(sentence) })
    await nothingStays(temporary)
  })
})
