import type { Language } from './figures.ts'
import { fixed } from './texts.ts'

/** What a published summary says first. */
export interface Findings {
  /** What stands before the first heading: what must be known before any figure. */
  readonly preamble: readonly string[]
  readonly findings: readonly Finding[]
}

/** A row of a summary's tables, in words, and the heading that it stands under. */
export interface Finding {
  readonly heading: string
  readonly text: string
}

/** Sections whose tables hold findings, the first to tell first. */
const SECTIONS = ['gaps', 'contracts', 'opportunities'] as const

/**
 * The preamble and the first findings of a summary as it was published, without Markdown. They are taken out
 * of its text, so that nothing can be told here that the release does not show.
 */
export function firstFindings(summary: string, language: Language, most = 5): Findings {
  const [before, ...sections] = summary.split(/^## /m)
  const titled = (title: string) => sections.find((section) => section.startsWith(`${title}\n`)) ?? ''
  const findings = SECTIONS.map((name) => fixed[name][language]).flatMap((heading) =>
    tableLines(titled(heading)).map((text) => ({ heading, text })),
  )
  const preamble = before!.split('\n').filter((line) => line !== '' && !line.startsWith('# '))
  return { preamble: preamble.map(plain), findings: findings.slice(0, most) }
}

/** Rows of a section's table in words: its first two cells, then each further one behind its heading. */
function tableLines(section: string): string[] {
  const [head, , ...rows] = section
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map(cells)
  return rows.map(([first, second, ...rest]) => {
    const said = rest.map((cell, at) => `${lowerFirst(head![at + 2]!)} ${cell}`)
    return `${first}, ${second}: ${said.join(', ')}`
  })
}

const cells = (line: string) => line.slice(2, -2).split(' | ').map(plain)
const plain = (text: string) => text.replaceAll(/\\([\\`*_[\]<>|#])/g, '$1')
const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1)
