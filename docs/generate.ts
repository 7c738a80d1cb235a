import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { generatedFiles } from '../schemas/documents.ts'
import { modelColumnsFile } from './model-columns.ts'

const ROOT = join(import.meta.dirname, '..')
const FOLDER = 'docs/schemas'

/** Every generated file: path from the project's root → content. */
async function allFiles(): Promise<Map<string, string>> {
  return new Map([...generatedFiles(), ['schemas/model-columns.ts', await modelColumnsFile()]])
}

/** Paths of generated files that are missing, differ or should not be there. */
export async function staleFiles(): Promise<string[]> {
  const files = await allFiles()
  const present = await readdir(join(ROOT, FOLDER)).catch(() => [])
  const extra = present.map((name) => `${FOLDER}/${name}`).filter((path) => !files.has(path))
  const differing = await Promise.all(
    [...files].map(async ([path, content]) => {
      const found = await readFile(join(ROOT, path), 'utf8').catch(() => null)
      return found === content ? [] : [path]
    }),
  )
  return [...differing.flat(), ...extra]
}

/** Writes every file that is derived from the schemas and models. */
async function main(): Promise<void> {
  const files = await allFiles()
  await rm(join(ROOT, FOLDER), { recursive: true, force: true })
  for (const [path, content] of files) {
    await mkdir(dirname(join(ROOT, path)), { recursive: true })
    await writeFile(join(ROOT, path), content)
  }
}

if (import.meta.main) await main()
