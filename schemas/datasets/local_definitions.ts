import { code, LOCAL_RULES, name_en, name_sv } from '../fields.ts'
import { defineTable } from '../table.ts'

export const local_definitions = defineTable({
  name: 'local_definitions',
  layer: 'reference',
  key: ['definition'],
  grain: { sv: 'En definition av lokalt.', en: 'A definition of local.' },
  columns: {
    definition: code('Definitionens kod.', 'Code of the definition.'),
    zoning: {
      ...code('Zonindelning.', 'Zoning.'),
      references: { table: 'zonings', columns: ['zoning'], keys: ['zoning'] },
    },
    rule: {
      type: 'text',
      values: LOCAL_RULES,
      description: { sv: 'Vad som ska ligga i zonen.', en: 'What must lie inside the zone.' },
    },
    name_sv,
    name_en,
  },
})
