import type { Text } from './table.ts'

const said = (sv: string, en: string): Text => ({ sv, en })

const supply_status = said(
  '`reported` om någon produktionsrad för produktgruppen, om så 0 kg, ligger i zonen inom åtta kvartal, annars `unreported`.',
  '`reported` if any production row of the product group, were it 0 kg, lies in the zone within eight quarters, else `unreported`.',
)
const gap_evidence = said(
  'Det sämsta belägget bland portioner och profiler där modellen fyller i formen, och bland all produktion och förädling av produktgruppen i zonen och kvartalet.',
  'The worst evidence among portions and profiles where the model fills the form, and all production and processing of the product group in the zone and quarter.',
)
const largest = (sv: string, en: string) =>
  said(
    `Den störstas del av ${sv}, alla rader med samma kod sammanlagda; tomt där summan är 0.`,
    `The largest one's part of ${en}, rows of one code added together; empty where the sum is 0.`,
  )
const smallest_case = said(
  'Det minsta av de tre fallen (låg, mitten, hög).',
  'The smallest of the three cases (low, central, high).',
)
const largest_case = said(
  'Det största av de tre fallen (låg, mitten, hög).',
  'The largest of the three cases (low, central, high).',
)

const gaps = {
  demand_kg: said(
    'Per plats: inköp, plus det som fattas upp till portioner × gram för produktgruppen, fördelat som modellens former (inget där inköpen är fullständiga); summan över zonens platser.',
    "Per place: purchases, plus what lacks up to portions × grams for the product group, in the mix of the model's forms (nothing where purchases are complete); summed over the zone's places.",
  ),
  observed_kg: said(
    'Inköpta kg av formen i kvartalet, krediteringar avdragna, per plats aldrig under 0; summan över zonens platser.',
    "Kg of the form bought in the quarter, credits taken off, per place never below 0; summed over the zone's places.",
  ),
  modelled_kg: said(
    'Portioner × gram per portion / 1000, summan över zonens platser och segment, före ifyllnad.',
    "Portions × grams per portion / 1000, summed over the zone's places and segments, before filling.",
  ),
  purchased_local_kg: said(
    'Inköp vars råvara växte i zonen och som inte vetterligen förädlats utanför den, per plats högst efterfrågan.',
    'Purchases whose raw material grew in the zone and that are not known to be processed outside it, per place at most the demand.',
  ),
  procurable_kg: said(
    'Det mindre av tillgängligt (A) och möjligt att förädla (P) för produktgruppen, fördelat efter vad som kan förädlas av varje form (p / P), gånger utbytet.',
    'The smaller of what is available (A) and what can be processed (P) of the product group, shared out by what can be processed of each form (p / P), times the yield.',
  ),
  diverted_gap_kg: said(
    'Det mindre av nåbart (A′) och möjligt att förädla (P), minus det möjliga att köpa (T), fördelat som p / P, gånger utbytet.',
    'The smaller of what is reachable (A′) and what can be processed (P), less what is procurable (T), shared out as p / P, times the yield.',
  ),
  production_gap_kg: said(
    'Möjligt att förädla (P) minus det mindre av nåbart (A′) och P, fördelat som p / P, gånger utbytet.',
    'What can be processed (P) less the smaller of what is reachable (A′) and P, shared out as p / P, times the yield.',
  ),
  processing_gap_kg: said(
    'Nåbart utöver det som kan förädlas (A′ − P, minst 0), högst det som stegen håller tillbaka (H), fördelat som formens del av det (h / H), gånger utbytet.',
    "What is reachable beyond what can be processed (A′ − P, at least 0), at most what the steps hold back (H), shared out by the form's part of that (h / H), times the yield.",
  ),
  chain_gap_kg: said(
    'Det som stegen håller tillbaka (H) minus förädlingsglappet, fördelat som h / H, gånger utbytet.',
    'What the steps hold back (H) less the processing gap, shared out as h / H, times the yield.',
  ),
  shortfall_kg: said(
    'diverted_gap_kg + production_gap_kg + processing_gap_kg + chain_gap_kg.',
    'diverted_gap_kg + production_gap_kg + processing_gap_kg + chain_gap_kg.',
  ),
  shortfall_low_kg: smallest_case,
  shortfall_high_kg: largest_case,
  certainty: said(
    'Det första som gäller: `none` om shortfall_high_kg är högst 0,0005; `unknown` om odling eller förädling är orapporterad eller demand_coverage under 0,8; `certain` om shortfall_low_kg är över 0,0005; `likely` om shortfall_kg är det; annars `possible`.',
    'The first that holds: `none` if shortfall_high_kg is at most 0.0005; `unknown` if supply or capacity is unreported or demand_coverage below 0.8; `certain` if shortfall_low_kg is above 0.0005; `likely` if shortfall_kg is; else `possible`.',
  ),
  supply_status,
  capacity_status: said(
    '`reported` om varje steg på formens väg har en förädlingsrad i zonen inom åtta kvartal, eller formen inte kräver något steg, annars `unreported`.',
    "`reported` if every step on the form's path has a processing row in the zone within eight quarters, or the form needs no step, else `unreported`.",
  ),
  evidence: gap_evidence,
  price_sek_per_kg: said(
    'Kronor / kg på alla platsers inköpsrader av formen där båda är över 0, fyra kvartal; annars priset i `prices`; annars tomt.',
    "SEK / kg over every place's purchase lines of the form with both above 0, four quarters; else the price in `prices`; else empty.",
  ),
  shortfall_sek: said('shortfall_kg × price_sek_per_kg.', 'shortfall_kg × price_sek_per_kg.'),
}

const balances = {
  demand_kg: said(
    'Efterfrågan på produktgruppens former, var och en delad med sitt utbyte, summan.',
    "Demand for the product group's forms, each divided by its yield, added together.",
  ),
  purchased_local_kg: said(
    'Redan köpt i närheten (Λ), varje form delad med sitt utbyte.',
    'Already bought near by (Λ), each form divided by its yield.',
  ),
  opening_stock_kg: said(
    'Kvartalet före: lager × det som bevaras + erbjudet − lokala köp − möjligt att förädla, minst 0, gånger det som bevaras; sju kvartal bakåt från tomt lager.',
    'The quarter before: stock × what keeps + on offer − local purchases − what can be processed, at least 0, times what keeps; seven quarters back, from an empty store.',
  ),
  supply_kg: said('Summan av available_kg i zonen (S).', 'Sum of available_kg in the zone (S).'),
  available_kg: said(
    'opening_stock_kg + supply_kg − purchased_local_kg, minst 0 (A).',
    'opening_stock_kg + supply_kg − purchased_local_kg, at least 0 (A).',
  ),
  produced_kg: said(
    'Summan av produced_kg i zonen, available_kg där det är tomt (S′).',
    'Sum of produced_kg in the zone, available_kg where it is empty (S′).',
  ),
  reachable_kg: said(
    'Som available_kg men med hela produktionen och dess eget lager (A′).',
    'As available_kg, with all that is produced and a stock of its own (A′).',
  ),
  processable_kg: said(
    'Det av efterfrågan utöver lokala köp som stegens lediga kapacitet släpper igenom, djupaste steget först (P).',
    'What the free capacity of the steps lets through of the demand beyond local purchases, deepest step first (P).',
  ),
  procurable_kg: said(
    'Det mindre av available_kg och processable_kg (T).',
    'The smaller of available_kg and processable_kg (T).',
  ),
  closing_stock_kg: said(
    'opening_stock_kg + supply_kg − purchased_local_kg − processable_kg, minst 0.',
    'opening_stock_kg + supply_kg − purchased_local_kg − processable_kg, at least 0.',
  ),
  producers: said(
    'Antal olika producenter med en rad i zonen i kvartalet.',
    'Number of different producers with a row in the zone in the quarter.',
  ),
  largest_producer_share: largest('available_kg', 'available_kg'),
  supply_status,
  demand_coverage: said(
    'Befolkning i zonens platser med efterfrågan på produktgruppen / befolkning i alla zonens platser, bland platser utan platser under sig; tomt om någon befolkning saknas.',
    "Population of the zone's places with demand for the product group / population of all its places, among places without places below them; empty if a population is missing.",
  ),
}

const bottlenecks = {
  required_kg: said(
    'Efterfrågan utöver lokala köp på alla former som kräver steget, som om inget gick förlorat efter det.',
    'Demand beyond local purchases for all forms that need the step, as if nothing were lost after it.',
  ),
  inflow_kg: said(
    'Efterfrågan utöver lokala köp på former som slutar i steget, plus det som stegen efter det släpper igenom.',
    'Demand beyond local purchases for forms that end at the step, plus what the steps after it let through.',
  ),
  capacity_kg: said(
    'Summan av capacity_kg i zonen / stegets utbyte (K).',
    "Sum of capacity_kg in the zone / the step's yield (K).",
  ),
  local_use_kg: said(
    'Lokala köp av alla former som kräver steget.',
    'Local purchases of all forms that need the step.',
  ),
  lost_kg: said(
    'inflow_kg minus ledig kapacitet (capacity_kg − local_use_kg, minst 0), minst 0.',
    'inflow_kg less the free capacity (capacity_kg − local_use_kg, at least 0), at least 0.',
  ),
  lacking_kg: said(
    'required_kg minus ledig kapacitet, minst 0.',
    'required_kg less the free capacity, at least 0.',
  ),
  processing_gap_kg: said(
    'Produktgruppens förädlingsglapp × lost_kg / allt som stegen håller tillbaka (H).',
    "The product group's processing gap × lost_kg / all that the steps hold back (H).",
  ),
  chain_gap_kg: said(
    'Produktgruppens kedjeglapp × lost_kg / allt som stegen håller tillbaka (H).',
    "The product group's chain gap × lost_kg / all that the steps hold back (H).",
  ),
  processors: said(
    'Antal olika förädlare med en rad för steget i zonen i kvartalet.',
    'Number of different processors with a row for the step in the zone in the quarter.',
  ),
  largest_processor_share: largest('capacity_kg', 'capacity_kg'),
  capacity_status: said(
    '`reported` om någon förädlingsrad för steget, om så 0 kg, ligger i zonen inom åtta kvartal, annars `unreported`.',
    '`reported` if any processing row of the step, were it 0 kg, lies in the zone within eight quarters, else `unreported`.',
  ),
}

const side = (sv: string, en: string) =>
  said(
    `Inköp ${sv}, krediteringar avdragna, per produktgrupp aldrig under 0; i SEK räknas en rad utan belopp som kg × pris.`,
    `Purchases ${en}, credits taken off, per product group never below 0; in SEK a line without sek counts as kg × price.`,
  )

const shares = {
  inside: side('innanför definitionen', 'inside the definition'),
  outside: side('utanför definitionen', 'outside the definition'),
  unknown: side('vars ursprung inte räcker för att avgöra det', 'whose origin does not suffice to tell'),
  missing: said(
    'Portioner × gram minus inköp, över produktgruppens former, minst 0 (0 där inköpen är fullständiga); i SEK gånger modellens medelpris.',
    "Portions × grams less purchases, over the product group's forms, at least 0 (0 where purchases are complete); in SEK times the modelled mix's mean price.",
  ),
  share_low: said(
    'inside / (inside + outside + unknown + missing).',
    'inside / (inside + outside + unknown + missing).',
  ),
  share_high: said(
    '(inside + unknown + missing) / (inside + outside + unknown + missing).',
    '(inside + unknown + missing) / (inside + outside + unknown + missing).',
  ),
  target: said(
    'Målet med senaste valid_from som inte ligger efter kvartalet, för just denna plats, produktgrupp, definition och enhet.',
    'The target with the newest valid_from not after the quarter, for exactly this place, product group, definition and unit.',
  ),
  target_status: said(
    '`met` om share_low når målet, `missed` om share_high inte gör det, annars `undecided`; tomt utan mål.',
    '`met` if share_low reaches the target, `missed` if share_high does not, else `undecided`; empty without a target.',
  ),
}

const servings = {
  portions: said('Summan av portioner över zonens platser.', "Sum of portions over the zone's places."),
  portions_per_day: said(
    'Summan av portioner / serveringsdagar, rad för rad (0 för 0 dagar).',
    'Sum of portions / serving days, row by row (0 for 0 days).',
  ),
}

const opportunities = {
  id: said('zoning/zone/product_group/instrument/target.', 'zoning/zone/product_group/instrument/target.'),
  kg_per_year: said(
    'Summan över fyra kvartal, vart och ett med sina åtta kvartals lager, av det som instrumentet stänger: contract procurable, supply_dialogue diverted_gap, production_investment production_gap, processing_investment stegets del av processing_gap, development_contract chain_gap.',
    "Sum over four quarters, each with its eight quarters of stock, of what the instrument closes: contract procurable, supply_dialogue diverted_gap, production_investment production_gap, processing_investment the step's part of processing_gap, development_contract chain_gap.",
  ),
  kg_low: smallest_case,
  kg_high: largest_case,
  peak_quarter_kg: said('Det största av de fyra kvartalen.', 'The largest of the four quarters.'),
  sek_per_year: said(
    'Varje forms kg × dess pris, fyra kvartal (ett steg får sin del av hela förädlingsglappets värde); tomt om en form som bidrar saknar pris.',
    "Each form's kg × its price, four quarters (a step gets its part of the whole processing gap's value); empty if a form that contributes has no price.",
  ),
  quarters: said(
    'Antal av de fyra kvartalen med efterfrågan på produktgruppen i zonen.',
    'How many of the four quarters have demand for the product group in the zone.',
  ),
  buyers: said(
    'Antal av zonens platser med efterfrågan på produktgruppen i något av kvartalen.',
    "How many of the zone's places have demand for the product group in any of the quarters.",
  ),
  missing_steps: said(
    'Steg på målets väg som saknar utrymme (lacking_kg över 0,0005) i något av kvartalen, det närmaste först.',
    "Steps on the target's path that lack room (lacking_kg above 0.0005) in any of the quarters, the nearest first.",
  ),
  next_window: said(
    'Det tidigaste ends_on på eller efter kvartalets sista dag bland zonens avtal för produktgruppen.',
    "The earliest ends_on on or after the quarter's last day among the zone's contracts for the product group.",
  ),
  observed_share: said(
    'Sedda inköp / efterfrågan, råvara, över kvartalen med efterfrågan.',
    'Observed purchases / demand, raw kg, over the quarters with demand.',
  ),
  certainty: said(
    '`unknown` om det som instrumentet vilar på är orapporterat eller demand_coverage under 0,8; annars `certain` om kg_low är över 0,0005; annars `likely`.',
    '`unknown` if what the instrument rests on is unreported or demand_coverage below 0.8; else `certain` if kg_low is above 0.0005; else `likely`.',
  ),
  supply_status,
  evidence: said(
    'Det sämsta belägget bland glappen (gaps) för de former och kvartal som bidrar.',
    'The worst evidence among the gaps of the forms and quarters that contribute.',
  ),
  rank: said(
    'Ordning inom zonindelningen: `unknown` sist, sedan fallande sek_per_year, fallande kg_per_year och namn.',
    'Order within the zoning: `unknown` last, then falling sek_per_year, falling kg_per_year and names.',
  ),
}

const coverage = {
  status: said(
    '`received` om omfångets första leverans kom senast grace_days efter kvartalets sista dag, `late` om den kom senare; utan leverans `due` till dess, sedan `missing`; `unexpected` om den inte är anmäld i `sources`.',
    "`received` if the scope's first delivery came within grace_days of the quarter's last day, `late` if after; without one `due` until then, `missing` after; `unexpected` if `sources` does not declare it.",
  ),
  delivery: said('Den leverans som gäller.', 'The delivery that counts.'),
  rows: said('Godtagna rader i den, 0 utan leverans.', 'Its accepted rows, 0 without one.'),
  refused_rows: said('Underkända rader i den, 0 utan leverans.', 'Its refused rows, 0 without one.'),
  received_at: said('När den kom.', 'When it came.'),
}

/**
 * How each column of each mart comes about, in words: mart → column, all but the key's. The letters are those of
 * `docs/method.md`, which says why; the exact formulas are the models in `sql/`.
 */
export const formulas: Readonly<Record<string, Readonly<Record<string, Text>>>> = {
  gaps,
  balances,
  bottlenecks,
  shares,
  servings,
  opportunities,
  coverage,
}
