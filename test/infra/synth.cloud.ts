import { execFile } from 'node:child_process'
import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pythonTool } from '../support/cloud/tools.ts'
import { ofType, onlyOf, type Template } from './templates.ts'

const ROOT = join(import.meta.dirname, '../..')
const run = promisify(execFile)
/** What Lambda takes, unzipped. */
const MOST_BYTES = 250 * 1024 ** 2

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skafferi-assembly-'))
  // the rules of AwsSolutions and CloudFormation's own schemas are held here: a finding ends it with 1
  for (const name of ['one', 'two']) await synth(join(folder, name))
}, 240_000)
afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

async function synth(out: string): Promise<void> {
  const bin = ['node_modules/node/bin', 'node_modules/.bin'].map((path) => join(ROOT, path))
  const env = { ...process.env, PATH: [...bin, process.env.PATH].join(':') }
  await run('npx', ['cdk', 'synth', '-q', '-o', out], { cwd: ROOT, env })
}

const read = (name: string, file: string) => readFileSync(join(folder, name, file), 'utf8')
const template = (name: string) => JSON.parse(read(name, 'skafferi-main.template.json')) as Template

/** Folder of each function's code, by function. */
function assets(): [string, string][] {
  const { files } = JSON.parse(read('one', 'skafferi-main.assets.json')) as {
    files: Record<string, { source: { path: string } }>
  }
  return ofType(template('one'), 'AWS::Lambda::Function').map(([, { Properties }]) => {
    const hash = Properties.Code.S3Key.replace('.zip', '')
    const name = /^functions\/(\w+)\.handler$/.exec(Properties.Handler)![1]!
    return [name, join(folder, 'one', files[hash]!.source.path)]
  })
}

function bytesIn(path: string): number {
  const found = lstatSync(path)
  if (!found.isDirectory()) return found.size
  return readdirSync(path).reduce((sum, name) => sum + bytesIn(join(path, name)), 0)
}

test('two assemblies are the same, assets included', () => {
  expect(template('two')).toEqual(template('one'))
  expect(read('two', 'skafferi-main.assets.json')).toBe(read('one', 'skafferi-main.assets.json'))
})

test('every function has its handler, and fits', () => {
  const found = assets()
  expect(found.map(([name]) => name).sort()).toEqual([
    'analyse',
    'api',
    'check',
    'land',
    'publish',
    'status',
    'token',
  ])
  for (const [name, path] of found) {
    expect(readFileSync(join(path, `functions/${name}.mjs`), 'utf8').length, name).toBeGreaterThan(1000)
    expect(bytesIn(path), name).toBeLessThan(MOST_BYTES)
  }
})

test('only the function that signs nobody up lacks the engine, and all others have that of their processor', () => {
  for (const [name, path] of assets()) {
    const packages = readdirSync(path).includes('node_modules')
      ? readdirSync(join(path, 'node_modules/@duckdb')).sort()
      : []
    const expected = name === 'token' ? [] : ['node-api', 'node-bindings', 'node-bindings-linux-arm64']
    expect(packages, name).toEqual(expected)
  }
})

test('nothing of this machine is in the assembly', () => {
  for (const file of ['skafferi-main.template.json', 'skafferi-main.assets.json', 'manifest.json'])
    expect(read('one', file), file).not.toContain(ROOT)
  expect(onlyOf(template('one'), 'AWS::Cognito::UserPool')).toBeDefined()
})

test('cfn-lint finds nothing', async () => {
  const lint = (region: string, path: string) =>
    run(pythonTool('cfn-lint'), ['-t', path, '-r', region, '--ignore-checks', 'W3005', 'W3045'])
  await lint('eu-north-1', join(folder, 'one/skafferi-main.template.json'))
  const [costs] = readdirSync(join(folder, 'one/assembly-costs')).filter((name) =>
    name.endsWith('.template.json'),
  )
  await lint('eu-central-1', join(folder, 'one/assembly-costs', costs!))
}, 120_000)
