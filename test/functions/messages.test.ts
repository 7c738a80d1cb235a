import { describe, expect, test } from 'vitest'
import type { LandResult } from '../../core/land.ts'
import { lateMessage, refusedMessage, releaseMessage } from '../../functions/messages.ts'
import { forbiddenIn } from '../../schemas/forbidden-phrasings.ts'
import { type LandingRule, landingRules } from '../../schemas/landing-rules.ts'

const refused = (problems: LandResult['problems'], changes: Partial<LandResult> = {}): LandResult => ({
  ...{
    delivery: 'd0123456789abcdef01234567',
    dataset: 'purchases',
    source: 'grossist-a',
    quarter: '2026-Q3',
  },
  ...{ status: 'refused', rows: 0, refused_rows: 3, supersedes: null, problems, problems_total: 3 },
  ...changes,
})
const problem = (rule: LandingRule, line: number | null, column: string | null) => ({
  ...{ rule, line, column, value: 'a secret', message: 'says a secret' },
})

describe('a refused delivery', () => {
  test('is told by rule, column and line, Swedish first', () => {
    const problems = [2, 5, 5, 7, 9, 11, 13].map((line) => problem('number', line, 'kg'))
    const { text } = refusedMessage(refused([...problems, problem('date', 4, 'purchased_on')]))
    const [sv, en] = text.split('\n---\n') as [string, string]
    expect(sv).toContain(`- ${landingRules.number.sv} (number; kg; rad 2, 5, 7, 9, 11 …)`)
    expect(sv).toContain(`- ${landingRules.date.sv} (date; purchased_on; rad 4)`)
    expect(en).toContain(`- ${landingRules.number.en} (number; kg; line 2, 5, 7, 9, 11 …)`)
    expect(sv).toContain('skafferi receipt d0123456789abcdef01234567')
  })

  test('shows nothing that stands in the file, not even a name of a column', () => {
    const problems = [
      problem('unknown_column', 1, 'Anna Andersson 19121212-1212'),
      problem('number', 2, 'kg'),
    ]
    expect(refusedMessage(refused(problems)).text).not.toMatch(/secret|Anna/)
  })

  test('says that it is tried again only if codes are what is missing', () => {
    expect(refusedMessage(refused([problem('unknown_code', 2, 'form')])).text).toContain('prövas filen igen')
    expect(refusedMessage(refused([problem('number', 2, 'kg')])).text).not.toContain('prövas filen igen')
  })

  test('of reference data has no quarter', () => {
    const { subject } = refusedMessage(refused([], { dataset: 'places', quarter: null }))
    expect(subject).toBe('Skafferi: places, grossist-a: avvisad / refused')
  })
})

test('what is missing is told by dataset and quarter', () => {
  const { kind, source, text } = lateMessage('mejeri', [{ dataset: 'production', quarter: '2026-Q2' }])
  expect([kind, source]).toEqual(['late', 'mejeri'])
  expect(text).toContain('- produktion (production), 2026-Q2')
  expect(text).toContain('- production (production), 2026-Q2')
})

describe('every message', () => {
  const findings = {
    preamble: ['Bygger på påhittade uppgifter.'],
    findings: [{ heading: 'Glapp', text: 'Potatis, Umeå: glapp 2 ton' }],
  }
  const all = [
    refusedMessage(refused([problem('unknown_code', 2, 'form')], { source: 'x'.repeat(200) })),
    lateMessage('mejeri', [{ dataset: 'purchases', quarter: '2026-Q2' }]),
    releaseMessage({ quarter: '2026-Q3', release: 2 }, { sv: findings, en: findings }, 'https://x/releases'),
  ]

  test.each(all)('$kind: has a subject that a topic takes', ({ subject }) => {
    expect(subject).toMatch(/^[A-Za-z][\x20-\x7e]{1,98}$/)
  })

  test.each(all)('$kind: says nothing that may not be said', ({ text }) => {
    expect(forbiddenIn(text)).toEqual([])
  })

  test('of a release: first what must be known, then findings, then where to read', () => {
    expect(all[2]!.text.split('\n---\n')[0]!.trim().split('\n')).toEqual([
      'Bygger på påhittade uppgifter.',
      '',
      'Glapp:',
      '- Potatis, Umeå: glapp 2 ton',
      '',
      'Läs mer: https://x/releases/2026-Q3/2/summary.sv.md',
    ])
  })
})
