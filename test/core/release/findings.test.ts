import { describe, expect, test } from 'vitest'
import { firstFindings } from '../../../core/release/findings.ts'
import { summarise } from '../../../core/release/summary.ts'
import type { SummaryInput } from '../../../core/release/summary-scope.ts'
import { gap, opportunity, summaryInput } from '../../support/summary-input.ts'

function findingsOf(input: SummaryInput, language: 'sv' | 'en') {
  const { preamble, findings } = firstFindings(summarise(input, language).text, language)
  return {
    preamble,
    headings: findings.map(({ heading }) => heading),
    findings: findings.map(({ text }) => text.replaceAll('\u00a0', ' ')),
  }
}

describe('firstFindings', () => {
  test('gives the largest gaps first, then what could be contracted, then what would help', () => {
    const input = summaryInput({
      gaps: [gap(), gap({ form: 'washed', shortfall_kg: 50_000, shortfall_low_kg: null })],
      opportunities: [
        opportunity({ instrument: 'contract', target: 'diced' }),
        opportunity({ instrument: 'production_investment', target: 'potato' }),
      ],
    })
    const { findings, headings } = findingsOf(input, 'sv')
    expect(headings).toEqual([
      'De största kända glappen i kvartalet',
      'De största kända glappen i kvartalet',
      'Vad som kan avtalas redan i dag',
      'Vad som skulle minska glappen',
    ])
    expect(findings.slice(0, 2)).toEqual([
      'Potatis, washed, Västerbottens län: behov 60,0 ton, glapp 50,0 ton, värde 400 tusen kr, säkerhet säkert',
      'Potatis, tärnad, Västerbottens län: behov 60,0 ton, glapp 20,0 ton (10,0 ton till 30,0 ton), värde 400 tusen kr, säkerhet säkert',
    ])
    expect(findings[2]).toMatch(/^Potatis, tärnad, Västerbottens län: om året /)
    expect(findings[3]).toMatch(/^mer produktion, Potatis: zon Västerbottens län, /)
    expect(findings).toHaveLength(4)
  })

  test('gives no more than asked for', () => {
    const gaps = Array.from({ length: 9 }, (_, at) => gap({ form: `f${at}` }))
    expect(findingsOf(summaryInput({ gaps }), 'en').findings).toHaveLength(5)
  })

  test('says first what must be known first', () => {
    const input = { ...summaryInput(), invented: ['example-dairy'] }
    expect(findingsOf(input, 'sv').preamble[0]).toContain('example-dairy')
    expect(findingsOf(input, 'en').preamble[0]).toContain('example-dairy')
  })

  test('takes the Markdown out of names', () => {
    const input = summaryInput({ gaps: [gap({ product_group: 'a_b|c', form: 'x*' })] })
    expect(findingsOf(input, 'en').findings[0]).toMatch(/^a_b\|c, x\*, /)
  })

  test('a summary without tables has no findings', () => {
    const { findings } = findingsOf(summaryInput({ gaps: [], opportunities: [] }), 'en')
    expect(findings).toEqual([])
  })
})
