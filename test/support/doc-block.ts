import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')

/** A block of a document, fenced as `<language> <name>`, such as `docBlock('docs/engines.md', 'sh land')`. */
export function docBlock(document: string, fence: string): string {
  const text = readFileSync(join(ROOT, document), 'utf8')
  const block = new RegExp(`^\`\`\`${fence}\n([^]*?)^\`\`\``, 'm').exec(text)?.[1]
  if (block === undefined) throw new Error(`${document} has no block \`${fence}\``)
  return block
}

/** Names of all blocks of a language that have one, in their order. */
export function docBlockNames(document: string, language: string): string[] {
  const text = readFileSync(join(ROOT, document), 'utf8')
  return [...text.matchAll(new RegExp(`^\`\`\`${language} (\\S+)\n`, 'gm'))].map(([, name]) => name!)
}
