import { code, name_en, name_sv, product_group, yielded } from '../fields.ts'
import { defineTable } from '../table.ts'

export const processing_steps = defineTable({
  name: 'processing_steps',
  layer: 'reference',
  key: ['product_group', 'step'],
  grain: { sv: 'Ett förädlingssteg i en produktgrupp.', en: 'A processing step of a product group.' },
  columns: {
    product_group: product_group(),
    step: code('Stegets kod inom produktgruppen.', 'Code of the step within its product group.'),
    parent_step: {
      type: 'code',
      nullable: true,
      references: {
        table: 'processing_steps',
        columns: ['product_group', 'parent_step'],
        keys: ['product_group', 'step'],
      },
      description: {
        sv: 'Steget före detta; tomt = det första.',
        en: 'The step before this one; empty = the first.',
      },
    },
    name_sv,
    name_en,
    yield: yielded('Kg ut ur steget per kg råvara.', "Kg of the step's output per raw kg."),
  },
  rules: [{ rule: 'forest', scope: ['product_group'], child: 'step', parent: 'parent_step' }],
})
