import { defineTable, type Table, type Text } from './table.ts'

/** An error stops a release; a warning asks somebody to look. */
export const SEVERITIES = ['error', 'warning'] as const
/** An error stops a release; a warning asks somebody to look. */
export type Severity = (typeof SEVERITIES)[number]

/** What must hold of a run, and what to say where it does not. */
export interface CheckRule {
  readonly severity: Severity
  /** What holds where all is well. */
  readonly holds: Text
  /** What `item` is a code of; left out where it is none. */
  readonly item?: 'form' | 'step'
  /** Words for `{kind}`; of a kind that is not here, its code. */
  readonly kinds?: Readonly<Record<string, Text>>
  /**
   * The sentence for each `kind`, or for any as `*`. In braces: a column of the violation (`{zone}`, by name),
   * `{ratio}` and `{difference}` of found and bound, and `{sources}`, those of the deliveries to look at.
   */
  readonly sentences: Readonly<Record<string, Text>>
}

const code = (sv: string, en: string) => ({
  type: 'text' as const,
  nullable: true,
  description: { sv, en },
})

/** What every check answers: a row per violation and delivery to look at. */
export const violations: Table = defineTable({
  name: 'violations',
  layer: 'mart',
  key: [],
  grain: {
    sv: 'Något som inte stämmer i en körning, och en leverans att titta på.',
    en: 'Something that does not hold in a run, and a delivery to look at.',
  },
  columns: {
    severity: {
      type: 'text',
      values: SEVERITIES,
      description: { sv: 'Fel eller varning.', en: 'Error or warning.' },
    },
    quarter: { type: 'quarter', description: { sv: 'Körningens kvartal.', en: 'Quarter of the run.' } },
    zoning: code('Zonindelning.', 'Zoning.'),
    zone: code('Zon.', 'Zone.'),
    place: code('Plats.', 'Place.'),
    product_group: code('Produktgrupp.', 'Product group.'),
    item: code('Form, steg, segment, datamängd eller fil.', 'Form, step, segment, dataset or file.'),
    actor: code('Leverantör, producent, förädlare eller källa.', 'Supplier, producer, processor or source.'),
    kind: {
      type: 'text',
      description: { sv: 'Vilket mått eller fall av regeln.', en: 'Which quantity or case of the rule.' },
    },
    found: { type: 'number', description: { sv: 'Vad som fanns.', en: 'What was found.' } },
    bound: { type: 'number', description: { sv: 'Vad det jämfördes med.', en: 'What it was held against.' } },
    unit: { type: 'text', description: { sv: 'Enhet för båda.', en: 'Unit of both.' } },
    delivery: code('En leverans att titta på.', 'A delivery to look at.'),
  },
})

const analyseAgain = {
  sv: 'Beräkningen eller dess filer är fel: analysera igen, och säg till den som sköter programmet om felet består.',
  en: 'The computation or its files are at fault: analyse again, and tell whoever runs the program if it stays.',
}
const landAgain = {
  sv: 'Återställ filen från en säkerhetskopia, eller dra tillbaka leveransen och sänd den igen; analysera sedan.',
  en: 'Bring the file back from a backup, or withdraw the delivery and land it again; then analyse.',
}

/** Every check, by the name of its file in `sql/checks/`: errors first. */
export const checkRules = {
  gap_components_add_up: {
    severity: 'error',
    holds: {
      sv: 'Ett glapps delar är tillsammans efterfrågan.',
      en: 'The parts of a gap add up to the demand.',
    },
    item: 'form',
    sentences: {
      '*': {
        sv: `{product_group}, {item}, i {zone}: delarna blir {found} kg och efterfrågan är {bound} kg, {difference} kg isär. ${analyseAgain.sv}`,
        en: `{product_group}, {item}, in {zone}: the parts come to {found} kg and the demand to {bound} kg, {difference} kg apart. ${analyseAgain.en}`,
      },
    },
  },
  gap_components_not_negative: {
    severity: 'error',
    holds: { sv: 'Ingen del av ett glapp är under noll.', en: 'No part of a gap is below 0.' },
    item: 'form',
    kinds: {
      purchased_local_kg: { sv: 'redan köpt i närheten', en: 'already bought near by' },
      procurable_kg: { sv: 'möjligt att köpa i dag', en: 'what could be bought today' },
      diverted_gap_kg: { sv: 'odlat men sålt på annat håll', en: 'grown but sold elsewhere' },
      production_gap_kg: { sv: 'produktionsglappet', en: 'the production gap' },
      processing_gap_kg: { sv: 'förädlingsglappet', en: 'the processing gap' },
      chain_gap_kg: { sv: 'kedjeglappet', en: 'the chain gap' },
    },
    sentences: {
      '*': {
        sv: `{product_group}, {item}, i {zone}: {kind} är {found} kg. ${analyseAgain.sv}`,
        en: `{product_group}, {item}, in {zone}: {kind} is {found} kg. ${analyseAgain.en}`,
      },
    },
  },
  key_from_one_source: {
    severity: 'error',
    holds: {
      sv: 'Samma portioner, skörd eller kapacitet kommer från en källa, inte från två.',
      en: 'The same portions, harvest or capacity come from one source, not from two.',
    },
    item: 'step',
    sentences: {
      portions: {
        sv: 'Portionerna i {place}, {item}, kommer från {found} källor ({sources}) och räknas var gång. Låt en källa svara för dem och ta bort raden hos de andra.',
        en: 'The portions in {place}, {item}, come from {found} sources ({sources}) and count each time. Let one source answer for them and take the row out of the others.',
      },
      production: {
        sv: '{actor} i {place} odlar {product_group} enligt {found} källor ({sources}), och skörden räknas var gång. Låt en källa svara för den och ta bort raden hos de andra.',
        en: '{actor} in {place} grows {product_group} according to {found} sources ({sources}), and the harvest counts each time. Let one source answer for it and take the row out of the others.',
      },
      processing: {
        sv: '{actor} i {place} förädlar {product_group} ({item}) enligt {found} källor ({sources}), och kapaciteten räknas var gång. Låt en källa svara för den och ta bort raden hos de andra.',
        en: '{actor} in {place} processes {product_group} ({item}) according to {found} sources ({sources}), and the capacity counts each time. Let one source answer for it and take the row out of the others.',
      },
    },
  },
  rows_as_committed: {
    severity: 'error',
    holds: {
      sv: 'Leveransernas rader och körningens resultat är de som bokfördes.',
      en: "The deliveries' rows and the run's results are those that were recorded.",
    },
    sentences: {
      rows: {
        sv: `Leveransen av {item} från {actor} har {found} rader, men {bound} godtogs när den kom. ${landAgain.sv}`,
        en: `The delivery of {item} from {actor} has {found} rows, but {bound} were accepted when it came. ${landAgain.en}`,
      },
      row_file_changed: {
        sv: `Radfilen {item} från {actor} har ändrats sedan leveransen godtogs. ${landAgain.sv}`,
        en: `The row file {item} from {actor} has changed since the delivery was accepted. ${landAgain.en}`,
      },
      row_file_missing: {
        sv: `Radfilen {item} från {actor} saknas. ${landAgain.sv}`,
        en: `The row file {item} from {actor} is missing. ${landAgain.en}`,
      },
      row_file_uncommitted: {
        sv: `Ingen bokföring (commit) svarar för radfilen {item} från {actor}. ${landAgain.sv}`,
        en: `No commit answers for the row file {item} from {actor}. ${landAgain.en}`,
      },
      result_changed: {
        sv: 'Resultatfilen {item} har ändrats sedan körningen. Analysera igen.',
        en: 'The result file {item} has changed since the run. Analyse again.',
      },
      result_missing: {
        sv: 'Resultatfilen {item} saknas. Analysera igen.',
        en: 'The result file {item} is missing. Analyse again.',
      },
    },
  },
  supplier_from_one_source: {
    severity: 'error',
    holds: {
      sv: 'En leverantörs inköp på en plats kommer från en källa, inte från två.',
      en: "A supplier's purchases at a place come from one source, not from two.",
    },
    sentences: {
      '*': {
        sv: 'Inköpen från {actor} i {place} kommer från {found} källor ({sources}) och räknas var gång. Låt en källa svara för leverantören och ta bort raderna hos de andra.',
        en: 'The purchases from {actor} in {place} come from {found} sources ({sources}) and count each time. Let one source answer for the supplier and take the lines out of the others.',
      },
    },
  },
  form_yield_within_step: {
    severity: 'warning',
    holds: {
      sv: 'Ett kg råvara ger inte mer av en form än av det steg den kommer ur.',
      en: 'A raw kg gives no more of a form than of the step it comes out of.',
    },
    item: 'form',
    sentences: {
      '*': {
        sv: '{product_group}: ett kg råvara ger {found} kg av formen {item} men bara {bound} kg av steget {kind} som den kommer ur. Ett av utbytena är fel.',
        en: '{product_group}: a raw kg gives {found} kg of the form {item} but only {bound} kg of the step {kind} that it comes out of. One of the yields is wrong.',
      },
    },
  },
  local_purchases_on_offer: {
    severity: 'warning',
    holds: {
      sv: 'Köken köper inte mer från närheten än vad som erbjöds där.',
      en: 'Kitchens buy no more from near by than was on offer there.',
    },
    sentences: {
      reported: {
        sv: '{product_group} i {zone}: köken köpte {found} kg råvara från närheten, men bara {bound} kg erbjöds, lagret medräknat. Produktionen är underrapporterad, eller så har inköpen fel ursprung: fråga odlarna och se över grown_place.',
        en: '{product_group} in {zone}: kitchens bought {found} raw kg from near by, but only {bound} kg were on offer, stock included. Production is under-reported, or the purchases state a wrong origin: ask the growers and look at grown_place.',
      },
      unreported: {
        sv: '{product_group} i {zone}: köken köpte {found} kg råvara från närheten, men ingen har rapporterat någon produktion där. Den är okänd, inte noll: fråga leverantörerna vem som odlar.',
        en: '{product_group} in {zone}: kitchens bought {found} raw kg from near by, but nobody has reported any production there. It is unknown, not 0: ask the suppliers who grows it.',
      },
    },
  },
  model_near_complete_purchases: {
    severity: 'warning',
    holds: {
      sv: 'Där inköpen är fullständiga räknar modellen med 0,7 till 1,4 gånger så mycket.',
      en: 'Where purchases are complete, the model expects 0.7 to 1.4 times as much.',
    },
    sentences: {
      above: {
        sv: '{product_group} i {place}: enligt modellen äts {found} kg råvara, men de fullständiga inköpen är {bound} kg, så modellen ligger {ratio} gånger så högt. Saknas inköp ändå, eller är portioner eller gram för många?',
        en: '{product_group} in {place}: by the model {found} raw kg are eaten, but the complete purchases are {bound} kg, so the model stands {ratio} times as high. Are purchases missing after all, or portions or grams too many?',
      },
      below: {
        sv: '{product_group} i {place}: enligt modellen äts {found} kg råvara, men de fullständiga inköpen är {bound} kg, så modellen ligger {ratio} gånger så högt. Är portioner eller gram för få, eller köps det åt någon annan?',
        en: '{product_group} in {place}: by the model {found} raw kg are eaten, but the complete purchases are {bound} kg, so the model stands {ratio} times as high. Are portions or grams too few, or is it bought for somebody else?',
      },
      nothing_bought: {
        sv: '{product_group} i {place}: inköpen sägs vara fullständiga men är inga, och enligt modellen äts {found} kg råvara. Saknas en leverans, eller gäller complete_purchases inte här?',
        en: '{product_group} in {place}: purchases are said to be complete but there are none, and by the model {found} raw kg are eaten. Is a delivery missing, or does complete_purchases not hold here?',
      },
      nothing_modelled: {
        sv: '{product_group} i {place}: {bound} kg råvara köptes, men modellen räknar inte med något. Saknas portioner eller en profil?',
        en: '{product_group} in {place}: {bound} raw kg were bought, but the model expects nothing. Are portions or a profile missing?',
      },
    },
  },
  place_in_zone: {
    severity: 'warning',
    holds: {
      sv: 'Varje plats med efterfrågan, produktion eller kapacitet ligger i en zon av varje zonindelning med glapp.',
      en: 'Every place with demand, supply or capacity lies in a zone of every zoning with gaps.',
    },
    sentences: {
      demand: {
        sv: '{place} ligger i ingen zon av {zoning}: de {found} kg råvara som behövs där ingår inte i den indelningens glapp. Lägg platsen i en zon om den ska räknas.',
        en: '{place} lies in no zone of {zoning}: the {found} raw kg that it needs are not in the gaps of that zoning. List it in a zone if it is to count.',
      },
      supply: {
        sv: '{place} ligger i ingen zon av {zoning}: de {found} kg råvara som produceras där kommer ingen zon till godo. Lägg platsen i en zon om den ska räknas.',
        en: '{place} lies in no zone of {zoning}: the {found} raw kg produced there are no supply of any zone. List it in a zone if it is to count.',
      },
      capacity: {
        sv: '{place} ligger i ingen zon av {zoning}: kapaciteten där, {found} kg, kommer ingen zon till godo. Lägg platsen i en zon om den ska räknas.',
        en: '{place} lies in no zone of {zoning}: the capacity there, {found} kg, serves no zone. List it in a zone if it is to count.',
      },
    },
  },
  price_near_median: {
    severity: 'warning',
    holds: {
      sv: 'Ett pris ligger mellan en femtedel av formens median och fem gånger den.',
      en: "A price lies between a fifth of its form's median and five times that.",
    },
    item: 'form',
    sentences: {
      above: {
        sv: '{product_group}, {item}, från {actor} till {place}: {found} kr per kg, {ratio} gånger medianen {bound}. Är kg förväxlade med styck eller förpackningar, eller formen fel?',
        en: '{product_group}, {item}, from {actor} to {place}: {found} SEK a kg, {ratio} times the median of {bound}. Are kg mixed up with pieces or packages, or is it another form?',
      },
      below: {
        sv: '{product_group}, {item}, från {actor} till {place}: {found} kr per kg, {ratio} gånger medianen {bound}. Är gram förväxlade med kg, saknas kronor, eller är formen fel?',
        en: '{product_group}, {item}, from {actor} to {place}: {found} SEK a kg, {ratio} times the median of {bound}. Are grams mixed up with kg, are SEK missing, or is it another form?',
      },
    },
  },
  quantity_steady: {
    severity: 'warning',
    holds: {
      sv: 'Produktion och kapacitet ändras högst tiofalt från ett kvartal till nästa.',
      en: 'Production and capacity change at most tenfold from a quarter to the next.',
    },
    item: 'step',
    sentences: {
      available_kg: {
        sv: '{actor} i {place} erbjuder {found} kg {product_group}, kvartalet före {bound} kg: {ratio} gånger så mycket. Är kg förväxlade med ton, eller kvartal med år?',
        en: '{actor} in {place} offers {found} kg of {product_group}, the quarter before {bound} kg: {ratio} times as much. Are kg mixed up with tonnes, or a quarter with a year?',
      },
      produced_kg: {
        sv: '{actor} i {place} producerar {found} kg {product_group}, kvartalet före {bound} kg: {ratio} gånger så mycket. Är kg förväxlade med ton, eller kvartal med år?',
        en: '{actor} in {place} produces {found} kg of {product_group}, the quarter before {bound} kg: {ratio} times as much. Are kg mixed up with tonnes, or a quarter with a year?',
      },
      capacity_kg: {
        sv: '{actor} i {place} kan förädla {found} kg {product_group} ({item}), kvartalet före {bound} kg: {ratio} gånger så mycket. Är kg förväxlade med ton, eller kvartal med år?',
        en: '{actor} in {place} can process {found} kg of {product_group} ({item}), the quarter before {bound} kg: {ratio} times as much. Are kg mixed up with tonnes, or a quarter with a year?',
      },
    },
  },
  supplier_quarter_not_negative: {
    severity: 'warning',
    holds: {
      sv: 'En leverantör krediterar inte mer än den säljer under ett kvartal.',
      en: 'A supplier credits no more than it sells over a quarter.',
    },
    sentences: {
      '*': {
        sv: 'Inköpen från {actor} blir {found} kg över kvartalet: mer krediterades än såldes. Hör krediteringarna till ett annat kvartal, eller är ett tecken fel?',
        en: 'The purchases from {actor} come to {found} kg over the quarter: more was credited than sold. Do the credits belong to another quarter, or is a sign wrong?',
      },
    },
  },
} as const satisfies Record<string, CheckRule>

/** Name of a check. */
export type CheckName = keyof typeof checkRules
