/**
 * Derives every bundled file from data/facts and assumptions.ts, checks all of them and writes SOURCES.md.
 *
 *   node data/derive/main.ts [output folder] [--offered-share 0.04]
 */
import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { anchors, faultsOfAnchors } from './anchors.ts'
import { OFFERED_SHARE } from './assumptions.ts'
import {
  type BundledFile,
  EXAMPLE_FOLDER,
  exampleFiles,
  pathOf,
  REGION,
  regionFiles,
  textOf,
} from './bundle.ts'
import { sourcesDocument } from './document.ts'
import { readFacts } from './facts.ts'
import { verifyFolders } from './verify.ts'

const DATA = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const FACTS = join(DATA, 'facts')

/** Rewrites all files below `root`; the same bytes every time for the same facts and assumptions. */
export function derive(root = DATA, offeredShare = OFFERED_SHARE.value): string[] {
  const facts = readFacts(FACTS)
  const files = [...regionFiles(facts, offeredShare), ...exampleFiles(facts)]
  const folders = [join(root, REGION), join(root, EXAMPLE_FOLDER)]
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  for (const file of files) write(root, file)
  writeFileSync(join(root, 'SOURCES.md'), sourcesDocument(facts, files))
  if (root !== DATA) copyFacts(join(root, 'facts'))
  return [...verifyFolders(folders), ...faultsOfAnchors(anchors(facts))]
}

function write(root: string, file: BundledFile): void {
  const path = join(root, pathOf(file))
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, textOf(file))
}

function copyFacts(folder: string): void {
  mkdirSync(folder, { recursive: true })
  for (const name of readdirSync(FACTS)) copyFileSync(join(FACTS, name), join(folder, name))
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { 'offered-share': { type: 'string', default: String(OFFERED_SHARE.value) } },
  })
  const faults = derive(
    positionals[0] === undefined ? DATA : resolve(positionals[0]),
    Number(values['offered-share']),
  )
  for (const fault of faults) console.error(fault)
  if (faults.length > 0) process.exitCode = 1
}
