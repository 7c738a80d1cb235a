import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildSync, type Metafile } from 'esbuild'
import { duckdbPackages } from './duckdb-packages.ts'

const ROOT = join(import.meta.dirname, '..')
/** What a bundle of modules lacks that packages written for CommonJS ask for. */
const REQUIRE = `import{createRequire as _cr}from'node:module';const require=_cr(import.meta.url);`

/** Processors that functions run on. */
export type Architecture = 'arm64' | 'x64'

/** What a function's asset carries beside its code. */
export interface Bundle {
  /** For Lambda's setting of that name. */
  readonly handler: string
  readonly duckdb: boolean
}

/**
 * Bundles `functions/<name>.ts` into an empty folder: `functions/<name>.mjs`, and beside it whatever the code
 * that has been bundled reads at run time, at the place where it looks for it. The same sources give the same
 * bytes.
 */
export function bundle(name: string, out_folder: string, options: { architecture: Architecture }): Bundle {
  const { metafile } = buildSync({
    entryPoints: [`functions/${name}.ts`],
    outfile: join(out_folder, 'functions', `${name}.mjs`),
    absWorkingDir: ROOT,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    external: ['@duckdb/*'],
    banner: { js: REQUIRE },
    charset: 'utf8',
    logLevel: 'silent',
    metafile: true,
  })
  writeFileSync(join(out_folder, 'package.json'), '{ "private": true, "type": "module" }\n')
  const duckdb = imports(metafile, '@duckdb/node-api')
  if (duckdb) copyDuckDB(out_folder, options.architecture)
  if (includes(metafile, 'core/models.ts')) copy('sql', join(out_folder, 'sql'))
  if (includes(metafile, 'node_modules/highs/build/highs.mjs'))
    copy('node_modules/highs/build/highs.wasm', join(out_folder, 'functions', 'highs.wasm'))
  return { handler: `functions/${name}.handler`, duckdb }
}

const includes = ({ inputs }: Metafile, path: string) => path in inputs
const imports = ({ outputs }: Metafile, name: string) =>
  Object.values(outputs).some((output) => output.imports.some(({ path }) => path === name))

const copy = (from: string, to: string) => cpSync(join(ROOT, from), to, { recursive: true })

function copyDuckDB(out_folder: string, architecture: Architecture): void {
  const folder = join(out_folder, 'node_modules', '@duckdb')
  mkdirSync(folder, { recursive: true })
  for (const [name, path] of duckdbPackages(architecture)) {
    const filter = (file: string) => !/\.(d\.ts|map|md)$/.test(file)
    cpSync(path, join(folder, name), { recursive: true, dereference: true, filter })
  }
}
