import { EVIDENCES, evidence, share } from '../fields.ts'
import { defineTable } from '../table.ts'

export const uncertainty = defineTable({
  name: 'uncertainty',
  layer: 'reference',
  key: ['evidence'],
  grain: {
    sv: 'Felmarginalen för rader av ett slags belägg.',
    en: 'The margin of rows of one kind of evidence.',
  },
  columns: { evidence, margin: share('Marginal, uppåt och nedåt.', 'Margin, upwards and downwards.') },
  rules: [{ rule: 'exactly', column: 'evidence', values: EVIDENCES }],
})
