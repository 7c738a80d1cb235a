import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Architecture } from './bundle.ts'

const ROOT = join(import.meta.dirname, '..')
const MODULES = 'node_modules/@duckdb'

/** The packages of DuckDB that a function on this architecture needs, by name, and where each lies. */
export function duckdbPackages(architecture: Architecture): Map<string, string> {
  const names = ['node-api', 'node-bindings', `node-bindings-linux-${architecture}`]
  const root = names.every((name) => existsSync(join(ROOT, MODULES, name))) ? ROOT : installed(architecture)
  return new Map(names.map((name) => [name, join(root, MODULES, name)]))
}

/** A cached folder with the binding of another platform than this machine's, exactly as the lock file has it. */
function installed(architecture: Architecture): string {
  const lock = duckdbLock()
  const folder = join(ROOT, 'node_modules/.cache', `duckdb-${lock.version}-linux-${architecture}`)
  if (existsSync(folder)) return folder
  const making = `${folder}.${process.pid}`
  mkdirSync(making, { recursive: true })
  try {
    writeFileSync(join(making, 'package.json'), JSON.stringify(lock.manifest))
    writeFileSync(join(making, 'package-lock.json'), JSON.stringify(lock.lock))
    const platform = [`--cpu=${architecture}`, '--os=linux', '--libc=glibc']
    execFileSync('npm', ['ci', ...platform, '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd: making,
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    // of several who install at once, whoever is first is used by all
    if (!existsSync(folder)) renameSync(making, folder)
  } finally {
    rmSync(making, { recursive: true, force: true })
  }
  return folder
}

/** The part of our lock file that is about DuckDB, as a lock file of its own. */
function duckdbLock() {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version: string }>
  }
  const { version } = packages[`${MODULES}/node-api`]!
  const manifest = { name: 'duckdb', version, private: true, dependencies: { '@duckdb/node-api': version } }
  const own = Object.entries(packages).filter(([path]) =>
    /^node_modules\/(@duckdb\/|detect-libc$)/.test(path),
  )
  const lock = { ...manifest, lockfileVersion: 3, packages: Object.fromEntries([['', manifest], ...own]) }
  return { version, manifest, lock }
}
