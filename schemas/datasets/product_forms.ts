import { code, name_en, name_sv, product_group, yielded } from '../fields.ts'
import { defineTable } from '../table.ts'

export const product_forms = defineTable({
  name: 'product_forms',
  layer: 'reference',
  key: ['product_group', 'form'],
  grain: {
    sv: 'En form som kök beställer av en produktgrupp.',
    en: 'A form in which kitchens order a product group.',
  },
  columns: {
    product_group: product_group(),
    form: code('Formens kod inom produktgruppen.', 'Code of the form within its product group.'),
    step: {
      type: 'code',
      nullable: true,
      references: {
        table: 'processing_steps',
        columns: ['product_group', 'step'],
        keys: ['product_group', 'step'],
      },
      description: {
        sv: 'Sista steget som formen kräver; tomt = inget.',
        en: 'Last step that it needs; empty = none.',
      },
    },
    name_sv,
    name_en,
    yield: yielded('Kg av formen per kg råvara.', 'Form kg per raw kg.'),
  },
})
