import { code, name_en, name_sv, share } from '../fields.ts'
import { defineTable } from '../table.ts'

export const product_groups = defineTable({
  name: 'product_groups',
  layer: 'reference',
  key: ['product_group'],
  grain: { sv: 'En kedja från en råvara.', en: 'A chain from one raw material.' },
  columns: {
    product_group: code('Produktgruppens kod.', 'Code of the product group.'),
    name_sv,
    name_en,
    cpv: {
      type: 'text',
      nullable: true,
      description: { sv: 'CPV-kod, 2008 års lista.', en: 'CPV code, list of 2008.' },
    },
    quarterly_storage_loss: share(
      'Andel av lagret som förloras på ett kvartal; 1 = kan inte lagras.',
      'Share of the stock lost in a quarter; 1 = cannot be stored.',
    ),
  },
})
