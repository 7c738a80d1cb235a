import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import { datasets } from '../schemas/datasets/index.ts'
import { marts } from '../schemas/marts/index.ts'

const ROOT = join(import.meta.dirname, '..')
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && existsSync(join(ROOT, file)))
const text = (file: string) => readFileSync(join(ROOT, file), 'utf8')
const within = (...folders: string[]) =>
  files.filter((file) => /\.[jt]s$/.test(file) && folders.includes(file.split('/')[0]!))

/** What a file imports: packages by name, files by their path from the root. */
function imports(file: string): string[] {
  const found = text(file).matchAll(
    /^(?:import|export|\}) ?[^'\n]*\bfrom '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm,
  )
  return [...found].map(([, name, bare, lazy]) => {
    const target = (name ?? bare ?? lazy)!
    return target.startsWith('.') ? relative(ROOT, join(ROOT, dirname(file), target)) : target
  })
}

/** Imports of files in `folders` that `allowed` does not accept, each with the file. */
function violations(folders: string[], allowed: (name: string) => boolean): string[] {
  return within(...folders).flatMap((file) =>
    imports(file)
      .filter((name) => !allowed(name))
      .map((name) => `${file} → ${name}`),
  )
}

const isPackage = (name: string) => !/\.(ts|js|json)$/.test(name)
/** The package that a name belongs to: `@a/b/c` is in `@a/b`, `a/b` in `a`. */
const packageOf = (name: string) => name.split('/', name.startsWith('@') ? 2 : 1).join('/')
const dependencies = Object.keys(manifest.dependencies)

test('schemas import zod and nothing else', () => {
  expect(violations(['schemas'], (name) => name === 'zod' || name.startsWith('schemas/'))).toEqual([])
})

test('core imports schemas, its dependencies and Node, never what stands above it', () => {
  const allowed = (name: string) =>
    name.startsWith('core/') ||
    name.startsWith('schemas/') ||
    name.startsWith('node:') ||
    dependencies.includes(name) ||
    name.startsWith('csv-stringify/') ||
    name === 'package.json'
  expect(violations(['core'], allowed)).toEqual([])
})

test('the command line imports core, schemas and what it is bundled with', () => {
  const allowed = (name: string) =>
    !isPackage(name)
      ? /^(cli|core|schemas|data)\//.test(name)
      : name.startsWith('node:') || dependencies.includes(name)
  expect(violations(['cli'], allowed)).toEqual([])
})

test('functions import core, schemas and dependencies, never the command line', () => {
  const allowed = (name: string) =>
    !isPackage(name)
      ? /^(functions|core|schemas)\//.test(name)
      : name.startsWith('node:') || name === 'aws-lambda' || dependencies.includes(packageOf(name))
  expect(violations(['functions'], allowed)).toEqual([])
})

test('infra imports schemas and what assembles a stack', () => {
  const allowed = (name: string) =>
    !isPackage(name)
      ? /^(infra|schemas)\//.test(name)
      : /^(node:|constructs$|cdk-nag$|esbuild$|aws-cdk-lib(\/|$))/.test(name)
  expect(violations(['infra'], allowed)).toEqual([])
})

test('only infra knows the CDK', () => {
  const knowing = within('core', 'cli', 'schemas', 'functions').filter((file) =>
    imports(file).some((name) => /^(aws-cdk-lib|constructs|cdk-nag)/.test(name)),
  )
  expect(knowing).toEqual([])
})

test('only the adapters and the functions know the AWS SDK', () => {
  const knowing = within('core', 'cli', 'schemas').filter((file) =>
    imports(file).some((name) => name.startsWith('@aws-sdk/') || name.startsWith('@smithy/')),
  )
  expect(knowing.filter((file) => !/^core\/(storage\/s3|engines\/athena)[a-z0-9-]*\.ts$/.test(file))).toEqual(
    [],
  )
})

test('only the adapters and landing know DuckDB', () => {
  const knowing = within('core', 'cli', 'schemas').filter((file) =>
    imports(file).includes('@duckdb/node-api'),
  )
  expect(
    knowing.filter((file) => !file.startsWith('core/engines/') && !file.startsWith('core/landing/')),
  ).toEqual([])
})

test('core neither prints nor ends the process', () => {
  const offending = within('core').filter((file) =>
    /\bconsole\.|process\.(exit|stdout|stderr|argv|env)/.test(text(file)),
  )
  expect(offending).toEqual([])
})

test('every dataset has a schema and a staging model of its stem', () => {
  for (const { name } of datasets) {
    expect(files, name).toContain(`schemas/datasets/${name}.ts`)
    expect(files, name).toContain(`sql/staging/stg_${name}.sql`)
  }
})

test('every mart has a schema and a model of its stem, and every model of the marts is one', () => {
  const models = files.filter((file) => file.startsWith('sql/marts/')).map((file) => basename(file, '.sql'))
  expect(models.sort()).toEqual(marts.map(({ name }) => name).sort())
  for (const { name } of marts) expect(files, name).toContain(`schemas/marts/${name}.ts`)
})

test('every dependency has an exact version and a reason in CONTRIBUTING', () => {
  const contributing = text('CONTRIBUTING.md')
  for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
    expect(version, name).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/)
    expect(contributing, name).toContain(`\`${name}\``)
  }
})

test('the lockfile names no registry', () => {
  expect(text('package-lock.json')).not.toContain('"resolved"')
})

test('no file is under a type check that has been switched off', () => {
  const offending = within('core', 'cli', 'schemas', 'data', 'docs').filter((file) =>
    /@ts-(ignore|nocheck|expect-error)|\bas any\b|: any[,;)\]>]/.test(text(file)),
  )
  expect(offending).toEqual([])
})
