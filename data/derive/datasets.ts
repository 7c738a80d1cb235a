/**
 * The datasets as verify.ts checks them, written apart from the program so that one can contradict the other.
 * A type is `code`, `text`, `number`, `signed` (may be negative), `positive`, `share`, `latitude`, `longitude`,
 * `date`, `quarter`, `boolean` or `a|b` for named values; `?` marks a nullable column.
 */
export type Dataset = {
  quarterly: boolean
  columns: Record<string, string>
  key: string[]
  references: [columns: string[], dataset: string][]
}

const EVIDENCE = 'reported|derived|assumed'
const SEGMENT = 'preschool|school|elder_care|hospital|other'

function reference(
  columns: Record<string, string>,
  key: string[],
  references: Dataset['references'],
): Dataset {
  return { quarterly: false, columns, key, references }
}

function quarterly(
  columns: Record<string, string>,
  key: string[],
  references: Dataset['references'],
): Dataset {
  return { quarterly: true, columns, key, references }
}

export const DATASETS: Record<string, Dataset> = {
  places: reference(
    {
      place: 'code',
      name: 'text',
      kind: 'municipality|county|country',
      parent: 'code?',
      latitude: 'latitude?',
      longitude: 'longitude?',
      population: 'number?',
    },
    ['place'],
    [[['parent'], 'places']],
  ),
  zonings: reference(
    { zoning: 'code', position: 'number', name_sv: 'text', name_en: 'text', has_gaps: 'boolean' },
    ['zoning'],
    [],
  ),
  zones: reference(
    { zoning: 'code', zone: 'code', place: 'code', name_sv: 'text', name_en: 'text' },
    ['zoning', 'place'],
    [
      [['zoning'], 'zonings'],
      [['place'], 'places'],
    ],
  ),
  product_groups: reference(
    {
      product_group: 'code',
      name_sv: 'text',
      name_en: 'text',
      cpv: 'text?',
      quarterly_storage_loss: 'share',
    },
    ['product_group'],
    [],
  ),
  processing_steps: reference(
    {
      product_group: 'code',
      step: 'code',
      parent_step: 'code?',
      name_sv: 'text',
      name_en: 'text',
      yield: 'positive',
    },
    ['product_group', 'step'],
    [
      [['product_group'], 'product_groups'],
      [['product_group', 'parent_step'], 'processing_steps'],
    ],
  ),
  product_forms: reference(
    {
      product_group: 'code',
      form: 'code',
      step: 'code?',
      name_sv: 'text',
      name_en: 'text',
      yield: 'positive',
    },
    ['product_group', 'form'],
    [
      [['product_group'], 'product_groups'],
      [['product_group', 'step'], 'processing_steps'],
    ],
  ),
  portion_profiles: reference(
    {
      segment: SEGMENT,
      product_group: 'code',
      form: 'code',
      grams_per_portion: 'number',
      evidence: EVIDENCE,
    },
    ['segment', 'product_group', 'form'],
    [[['product_group', 'form'], 'product_forms']],
  ),
  local_definitions: reference(
    {
      definition: 'code',
      zoning: 'code',
      rule: 'grown|processed|grown_or_processed|grown_and_processed',
      name_sv: 'text',
      name_en: 'text',
    },
    ['definition'],
    [[['zoning'], 'zonings']],
  ),
  targets: reference(
    {
      place: 'code',
      product_group: 'code|all',
      definition: 'code|organic',
      measure_unit: 'kg|sek',
      share: 'share',
      valid_from: 'quarter',
      reference: 'text?',
    },
    ['place', 'product_group', 'definition', 'measure_unit', 'valid_from'],
    [
      [['place'], 'places'],
      [['product_group'], 'product_groups'],
      [['definition'], 'local_definitions'],
    ],
  ),
  prices: reference(
    { product_group: 'code', form: 'code', sek_per_kg: 'number', evidence: EVIDENCE },
    ['product_group', 'form'],
    [[['product_group', 'form'], 'product_forms']],
  ),
  uncertainty: reference({ evidence: EVIDENCE, margin: 'share' }, ['evidence'], []),
  sources: reference(
    {
      source: 'code',
      dataset: 'code',
      name: 'text',
      cadence: 'quarterly|yearly|once',
      first_quarter: 'quarter',
      grace_days: 'number',
    },
    ['source', 'dataset'],
    [],
  ),
  contracts: reference(
    {
      contract: 'code',
      place: 'code',
      supplier: 'text',
      product_group: 'code',
      form: 'code?',
      kg_per_year: 'number?',
      starts_on: 'date',
      ends_on: 'date',
      kind: 'text?',
    },
    ['contract', 'place', 'product_group'],
    [
      [['place'], 'places'],
      [['product_group'], 'product_groups'],
      [['product_group', 'form'], 'product_forms'],
    ],
  ),
  portions: quarterly(
    { place: 'code', segment: SEGMENT, portions: 'number', serving_days: 'number', evidence: EVIDENCE },
    ['place', 'segment'],
    [[['place'], 'places']],
  ),
  purchases: quarterly(
    {
      purchased_on: 'date?',
      place: 'code',
      kitchen: 'text?',
      supplier: 'text',
      article: 'text?',
      product_group: 'code',
      form: 'code',
      kg: 'signed',
      sek: 'signed?',
      grown_place: 'code?',
      processed_place: 'code?',
      is_organic: 'boolean?',
    },
    [],
    [
      [['place'], 'places'],
      [['product_group', 'form'], 'product_forms'],
      [['grown_place'], 'places'],
      [['processed_place'], 'places'],
    ],
  ),
  production: quarterly(
    {
      producer: 'code',
      place: 'code',
      product_group: 'code',
      available_kg: 'number',
      produced_kg: 'number?',
      is_organic: 'boolean?',
      evidence: EVIDENCE,
    },
    ['producer', 'place', 'product_group'],
    [
      [['place'], 'places'],
      [['product_group'], 'product_groups'],
    ],
  ),
  processing: quarterly(
    {
      processor: 'code',
      place: 'code',
      product_group: 'code',
      step: 'code',
      capacity_kg: 'number',
      evidence: EVIDENCE,
    },
    ['processor', 'place', 'product_group', 'step'],
    [
      [['place'], 'places'],
      [['product_group', 'step'], 'processing_steps'],
    ],
  ),
}
