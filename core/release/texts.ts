import type { Text } from '../../schemas/table.ts'
import type { ChangeState } from './changes.ts'

/** A sentence that is put together alike in both languages. */
type Sentence<Parts extends readonly string[]> = {
  readonly sv: (...parts: Parts) => string
  readonly en: (...parts: Parts) => string
}
const sentence = <Parts extends readonly string[]>(
  sv: (...parts: Parts) => string,
  en: (...parts: Parts) => string,
): Sentence<Parts> => ({ sv, en })

/** Headings and sentences without figures. */
export const fixed = {
  completeness: { sv: 'Först: hur fullständiga uppgifterna är', en: 'First: how complete the data are' },
  needs: { sv: 'Vad köken behöver', en: 'What kitchens need' },
  contracts: { sv: 'Vad som kan avtalas redan i dag', en: 'What could be contracted today' },
  gaps: { sv: 'De största kända glappen i kvartalet', en: 'The largest known gaps of the quarter' },
  opportunities: { sv: 'Vad som skulle minska glappen', en: 'What would narrow the gaps' },
  questions: { sv: 'Frågor till dem som vet', en: 'Questions to those who know' },
  changes: { sv: 'Vad som har ändrats', en: 'What has changed' },
  targets: { sv: 'Mål', en: 'Targets' },
  withheld: { sv: 'Vad som inte visas, och varför', en: 'What is not shown, and why' },
  method: { sv: 'Metod och licens', en: 'Method and licence' },

  no_demand: {
    sv: 'Inget behov är känt för kvartalet.',
    en: 'No need is known for the quarter.',
  },
  nothing_observed: {
    sv: 'Inga inköp har rapporterats: allt behov är beräknat ur portioner.',
    en: 'No purchases have been reported: all need is computed from portions.',
  },
  all_observed: {
    sv: 'Hela behovet är rapporterade inköp.',
    en: 'All need is reported purchases.',
  },
  about_needs: {
    sv: 'Råvara i kvartalet, så som den lämnar gården. Köpt i zonen är det som rapporterade inköp visar; det kan vara mer.',
    en: 'Raw material in the quarter, as it leaves the farm. Bought in the zone is what reported purchases show; it may be more.',
  },
  about_contracts: {
    sv: 'Det som erbjuds och kan förädlas i zonen men inte köps där i dag. Inget behöver byggas för det.',
    en: 'What is on offer in the zone and can be processed there, but is not bought there today. Nothing need be built for it.',
  },
  no_contracts: {
    sv: 'Ingen sådan mängd är känd.',
    en: 'No such quantity is known.',
  },
  no_gaps: {
    sv: 'Inget glapp är känt vars storlek får visas.',
    en: 'No gap is known whose size may be shown.',
  },
  no_opportunities: { sv: 'Ingen möjlighet är känd.', en: 'No opportunity is known.' },
  about_opportunities: {
    sv: 'Siffrorna bygger på beräknat behov och, där inget är rapporterat, på antaganden: skäl att fråga vidare, inte prognoser.',
    en: 'The figures rest on computed need and, where nothing is reported, on assumptions: reasons to ask on, not forecasts.',
  },
  about_questions: {
    sv: 'Här har ingen rapporterat. Varje rad är en fråga, inte ett underlag för beslut.',
    en: 'Here nobody has reported. Each line is a question, not grounds for a decision.',
  },
  no_questions: { sv: 'Inga frågor är öppna.', en: 'No questions are open.' },
  no_earlier: {
    sv: 'Det finns ingen tidigare utgåva för ett tidigare kvartal att jämföra med.',
    en: 'There is no release of an earlier quarter to compare with.',
  },
  no_targets: { sv: 'Inga mål är angivna.', en: 'No targets are stated.' },
  about_withheld: {
    sv: 'Av tabellerna ska ingen kunna räkna ut vad en enskild gård eller anläggning levererar. Rader, i alla indelningar, med någon siffra som därför inte visas:',
    en: 'Nobody shall be able to work out from the tables what a single farm or plant delivers. Rows, in all divisions, with a figure that is therefore not shown:',
  },
  always_shown: {
    sv: 'Behov, offentliga inköp, andelar och säkerhet visas alltid.',
    en: 'Need, public purchases, shares and certainty are always shown.',
  },
  nothing_withheld: { sv: 'Alla siffror visas.', en: 'Every figure is shown.' },
  about_method: {
    sv: 'Behovet är rapporterade inköp, utfyllda med portioner gånger gram där inköp saknas. Mot det ställs vad som erbjuds och produceras i zonen och vad stegen i förädlingen klarar. Filen `release.json` räknar upp varje leverans som siffrorna vilar på, leveranser av produktion och förädling utan namn, kontrollsumma och storlek: den som har ett namn gjort av filens innehåll kan pröva siffror tills det stämmer. Formlerna står i `docs/method.md` i programmet Skafferi.',
    en: "Need is reported purchases, filled up with portions times grams where purchases are lacking. It is held against what is on offer and produced in the zone and what the processing steps can take. The file `release.json` lists every delivery that the figures rest on, those of production and processing without name, hash and size: with a name made from a file's bytes one could try figures until it fits. The formulas are in `docs/method.md` of the program Skafferi.",
  },
  about_procurement: {
    sv: 'Texten ger inga råd om enskilda upphandlingar. Den beskriver kapacitet och luckor; delade kontrakt, marknadsdialog, långa avtal och utvecklingsavtal är verktyg som står öppna.',
    en: 'This text gives no advice on any procurement. It describes capacity and gaps; lots, market dialogue, long contracts and development contracts are tools that stand open.',
  },
  about_licence: {
    sv: 'Programmet har licensen MIT. Uppgifternas licenser står, källa för källa, i `release.json`; där ingen är känd står det.',
    en: 'The program is under the MIT licence. The licences of the data are stated, source by source, in `release.json`; where none is known it says so.',
  },
  question_purchases: {
    sv: 'vad köper köken, i vilken form, av vem och varifrån?',
    en: 'what do kitchens buy, in which form, from whom and from where?',
  },
} as const satisfies Record<string, Text>

/** Single words and the names of codes. */
export const words = {
  zone: { sv: 'Zon', en: 'Zone' },
  product: { sv: 'Produkt', en: 'Product' },
  portions_per_day: { sv: 'Portioner om dagen', en: 'Portions a day' },
  need: { sv: 'Behov', en: 'Need' },
  bought_near: { sv: 'Känt köpt i zonen', en: 'Known bought in the zone' },
  what: { sv: 'Vad', en: 'What' },
  how: { sv: 'Hur', en: 'How' },
  a_year: { sv: 'Om året', en: 'A year' },
  value: { sv: 'Värde', en: 'Value' },
  gap: { sv: 'Glapp', en: 'Gap' },
  missing_step: { sv: 'Steg som saknas', en: 'Missing step' },
  next_window: { sv: 'Nästa avtal löper ut', en: 'Next contract ends' },
  certainty: { sv: 'Säkerhet', en: 'Certainty' },
  unknown: { sv: 'okänt', en: 'unknown' },
  no_price: { sv: 'pris saknas', en: 'no price' },
  not_shown: { sv: 'visas inte', en: 'not shown' },
  none: { sv: '–', en: '–' },
  all: { sv: 'alla produkter', en: 'all products' },
  kg: { sv: 'vikt', en: 'weight' },
  sek: { sv: 'värde', en: 'value' },
  purchases: { sv: 'Inköp', en: 'Purchases' },
  and_more: { sv: 'med flera', en: 'and others' },
} as const satisfies Record<string, Text>

/** What the instruments are called; none of them is to sound like a decision taken. */
export const instrumentNames: Readonly<Record<string, Text>> = {
  contract: { sv: 'avtal', en: 'contract' },
  supply_dialogue: { sv: 'dialog med leverantörer', en: 'dialogue with suppliers' },
  production_investment: { sv: 'mer produktion', en: 'more production' },
  processing_investment: { sv: 'mer förädling', en: 'more processing' },
  development_contract: {
    sv: 'utvecklingsavtal längs kedjan',
    en: 'development contract along the chain',
  },
}
/** How sure something is. */
export const certaintyNames: Readonly<Record<string, Text>> = {
  certain: { sv: 'säkert', en: 'certain' },
  likely: { sv: 'troligt', en: 'likely' },
}
/** The quarterly datasets. */
export const datasetNames: Readonly<Record<string, Text>> = {
  portions: { sv: 'portioner', en: 'portions' },
  purchases: { sv: 'inköp', en: 'purchases' },
  production: { sv: 'produktion', en: 'production' },
  processing: { sv: 'förädling', en: 'processing' },
}
/** What has become of an opportunity. */
export const stateNames: Readonly<Record<ChangeState, Text>> = {
  new: { sv: 'ny', en: 'new' },
  widened: { sv: 'större', en: 'widened' },
  narrowed: { sv: 'mindre', en: 'narrowed' },
  unchanged: { sv: 'oförändrad', en: 'unchanged' },
  closed: { sv: 'stängd', en: 'closed' },
  incomparable: { sv: 'går inte att jämföra', en: 'incomparable' },
}
/** Why figures are not shown. */
export const reasonNames: Readonly<Record<string, Text>> = {
  few_contributors: {
    sv: 'färre än tre producenter eller förädlare står bakom',
    en: 'fewer than three producers or processors stand behind it',
  },
  dominance: {
    sv: 'en enda står för mer än tre fjärdedelar',
    en: 'a single one has more than three quarters of it',
  },
  secondary: {
    sv: 'siffran skulle gå att räkna ut ur andra',
    en: 'it could be worked out from other figures',
  },
}
/** Whether a target is met. */
export const targetNames: Readonly<Record<string, Text>> = {
  met: { sv: 'Målet nås.', en: 'The target is met.' },
  missed: { sv: 'Målet nås inte.', en: 'The target is not met.' },
  undecided: {
    sv: 'Om målet nås går inte att avgöra.',
    en: 'Whether it is met cannot be told.',
  },
}

/** Sentences with figures and names in them. */
export const sentences = {
  title: sentence(
    (quarter) => `Mat till offentliga kök, ${quarter}`,
    (quarter) => `Food for public kitchens, ${quarter}`,
  ),
  invented: sentence(
    (sources) =>
      `**Bygger på påhittade exempelleveranser (${sources}). Siffrorna gäller inget verkligt kök och ingen verklig leverantör.**`,
    (sources) =>
      `**Rests on invented example deliveries (${sources}). The figures are not those of any real kitchen or supplier.**`,
  ),
  release: sentence(
    (release, day) => `Utgåva ${release}, beräknad ${day}.`,
    (release, day) => `Release ${release}, computed on ${day}.`,
  ),
  zoning: sentence(
    (zoning) =>
      `Texten gäller indelningen ”${zoning}”. Alla siffror i den kommer ur utgåvans tabeller, som också har andra indelningar.`,
    (zoning) =>
      `This text is about the division “${zoning}”. Every figure in it comes from the tables of the release, which have other divisions too.`,
  ),
  corrects: sentence(
    (release, reason) => `Den rättar utgåva ${release}. Skäl: ${reason}`,
    (release, reason) => `It corrects release ${release}. Reason: ${reason}`,
  ),
  deliveries: sentence(
    (expected, in_time, late, due, missing, unexpected) =>
      `Väntade leveranser för kvartalet: ${expected}. I tid: ${in_time}. Sent: ${late}. Ännu att vänta: ${due}. Saknas: ${missing}. Utöver de väntade: ${unexpected}.`,
    (expected, in_time, late, due, missing, unexpected) =>
      `Deliveries expected for the quarter: ${expected}. In time: ${in_time}. Late: ${late}. Still due: ${due}. Missing: ${missing}. Beyond those expected: ${unexpected}.`,
  ),
  missing: sentence(
    (sources) => `Saknas: ${sources}.`,
    (sources) => `Missing: ${sources}.`,
  ),
  observed: sentence(
    (share) => `Rapporterade inköp står för ${share} av behovet; resten är beräknat ur portioner.`,
    (share) => `Reported purchases make up ${share} of the need; the rest is computed from portions.`,
  ),
  unknown_gaps: sentence(
    (unknown, all, share) =>
      `Rader om glapp där svaret är okänt: ${unknown} av ${all} (${share}). Okänt är inte noll: ingen har rapporterat.`,
    (unknown, all, share) =>
      `Rows on gaps whose answer is unknown: ${unknown} of ${all} (${share}). Unknown is not zero: nobody has reported.`,
  ),
  unknown_opportunities: sentence(
    (unknown, all, share) => `Rader om möjligheter där svaret är okänt: ${unknown} av ${all} (${share}).`,
    (unknown, all, share) =>
      `Rows on opportunities whose answer is unknown: ${unknown} of ${all} (${share}).`,
  ),
  withheld: sentence(
    (rows, all) => `Rader med någon siffra som inte visas: ${rows} av ${all}. Skälen står sist.`,
    (rows, all) => `Rows with a figure that is not shown: ${rows} of ${all}. The reasons stand last.`,
  ),
  more_zones: sentence(
    (count) => `Zoner utöver dessa: ${count}.`,
    (count) => `Zones beyond these: ${count}.`,
  ),
  more_groups: sentence(
    (count) => `Produktgrupper utöver dessa: ${count}.`,
    (count) => `Product groups beyond these: ${count}.`,
  ),
  contracts: sentence(
    (count, kg, sek) =>
      `Kända rader vars siffror visas: ${count}. Tillsammans ${kg} om året, till ett värde av ${sek} där pris finns.`,
    (count, kg, sek) =>
      `Known rows whose figures are shown: ${count}. Together ${kg} a year, worth ${sek} where there is a price.`,
  ),
  contracts_without_value: sentence(
    (count, kg) => `Kända rader vars siffror visas: ${count}. Tillsammans ${kg} om året.`,
    (count, kg) => `Known rows whose figures are shown: ${count}. Together ${kg} a year.`,
  ),
  orders: sentence(
    (count) => `Kända rader av vilka bara storleksordningen visas: ${count}.`,
    (count) => `Known rows of which only the order of magnitude is shown: ${count}.`,
  ),
  range: sentence(
    (central, low, high) => `${central} (${low} till ${high})`,
    (central, low, high) => `${central} (${low} to ${high})`,
  ),
  question: sentence(
    (subject, question, holder) => `**${subject}**: ${question} Fråga till ${holder}.`,
    (subject, question, holder) => `**${subject}**: ${question} A question to ${holder}.`,
  ),
  question_supply: sentence(
    (zones, need) =>
      `hur mycket produceras och erbjuds i ${zones}? Köken behöver ${need} råvara i kvartalet.`,
    (zones, need) =>
      `how much is produced and on offer in ${zones}? Kitchens need ${need} of raw material in the quarter.`,
  ),
  question_capacity: sentence(
    (steps, zones) => `vad klarar förädlingen (${steps}) i ${zones}?`,
    (steps, zones) => `what can processing (${steps}) take in ${zones}?`,
  ),
  more_questions: sentence(
    (supply, capacity) =>
      `Ytterligare frågor om produktion: ${supply}, om förädling: ${capacity}. Se tabellerna \`balances\` (\`supply_status\`) och \`bottlenecks\` (\`capacity_status\`).`,
    (supply, capacity) =>
      `Further questions on production: ${supply}, on processing: ${capacity}. See the tables \`balances\` (\`supply_status\`) and \`bottlenecks\` (\`capacity_status\`).`,
  ),
  compared: sentence(
    (release, quarter, counts) => `Mot utgåva ${release} för ${quarter}: ${counts}.`,
    (release, quarter, counts) => `Against release ${release} of ${quarter}: ${counts}.`,
  ),
  not_compared: sentence(
    (release, quarter, sources) =>
      `Mot utgåva ${release} för ${quarter} kan inget jämföras, eftersom källor som den ena vilar på saknas i den andra: ${sources}.`,
    (release, quarter, sources) =>
      `Against release ${release} of ${quarter} nothing can be compared, since sources that one rests on are missing in the other: ${sources}.`,
  ),
  from_to: sentence(
    (what, state, before, now) => `${what}: ${state}, från ${before} till ${now} om året`,
    (what, state, before, now) => `${what}: ${state}, from ${before} to ${now} a year`,
  ),
  appeared: sentence(
    (what, state, kg) => `${what}: ${state}, ${kg} om året`,
    (what, state, kg) => `${what}: ${state}, ${kg} a year`,
  ),
  target: sentence(
    (subject, low, high, target) =>
      `${subject}: andelen ligger mellan ${low} och ${high}, målet är ${target}.`,
    (subject, low, high, target) =>
      `${subject}: the share lies between ${low} and ${high}, the target is ${target}.`,
  ),
  target_unknown: sentence(
    (subject, target) => `${subject}: andelen är okänd, målet är ${target}.`,
    (subject, target) => `${subject}: the share is unknown, the target is ${target}.`,
  ),
} as const
