import {
  CARCASS_PER_HEAD,
  FARMLAND_KEY,
  FAT,
  GRAIN_ON_OFFER,
  MILK_PER_COW,
  OFFERED_SHARE,
  POTATO_AREA,
  REINDEER_KEY,
  REINDEER_SHARE,
  SEASONS,
} from './assumptions.ts'
import { type Row, round, sum } from './csv.ts'
import { type Facts, factNumber, table } from './facts.ts'
import { COUNTY } from './places.ts'
import { stepYield } from './products.ts'
import { monthsOf, type Quarter } from './quarters.ts'

/** What a county produces in a year, in raw kg. Nothing known means no entry: unknown is not zero. */
export type CountyOutput = {
  product_group: string
  county: string
  kg: number
  evidence: string
  reading: string
}

const KG_PER_TONNE = 1000
const KG_DECIMALS = 3
const MONTHS_PER_YEAR = 12
const VASTERBOTTEN = 'Västerbottens län'
const JAMTLAND = 'Jämtlands län'
const VASTERNORRLAND = 'Västernorrlands län'
const SE33 = 'SE33 Övre Norrland'
const NORRBOTTEN = 'Norrbottens län'
const CODES: Record<string, string> = {
  [VASTERBOTTEN]: COUNTY,
  [NORRBOTTEN]: '25',
  [VASTERNORRLAND]: '22',
  [JAMTLAND]: '23',
}

export const REINDEER_SOURCE = 'reindeer-statistics'
export const FARM_SOURCE = 'agricultural-statistics'

/** Production rows of one source and quarter; `offeredShare` is the one assumption of what is on offer. */
export function production(
  facts: Facts,
  source: string,
  inQuarter: Quarter,
  offeredShare = OFFERED_SHARE.value,
): Row[] {
  return countyOutputs(facts)
    .filter(({ product_group }) => (product_group === 'reindeer') === (source === REINDEER_SOURCE))
    .flatMap(splitOverPlaces)
    .map((output) => productionRow(output, inQuarter, offeredShare))
}

export function countyOutputs(facts: Facts): CountyOutput[] {
  return [
    ...potatoes(facts),
    ...cereals(facts),
    ...milkAndFat(facts),
    ...beef(facts),
    ...pork(facts),
    ...lamb(facts),
    ...reindeer(facts),
  ]
}

/** Marketable tonnes ÷ the yield of washing and sorting = field-run kg, which is what leaves the producer. */
function potatoes(facts: Facts): CountyOutput[] {
  const sorted = stepYield(facts, 'potato', 'wash')
  const planned = fact(facts, VASTERBOTTEN, 'table potatoes, harvest (planning value)', '2021 approx.')
  const area = fact(facts, SE33, 'potatoes, area (Farm Structure Survey)', '2013') - POTATO_AREA.value
  const norrbotten = area * fact(facts, NORRBOTTEN, 'table potatoes, standard yield', '2013')
  return [
    output(
      'potato',
      VASTERBOTTEN,
      (planned * KG_PER_TONNE) / sorted,
      'derived',
      `${tonnes(planned)} marketable / ${sorted}`,
    ),
    output(
      'potato',
      NORRBOTTEN,
      norrbotten / sorted,
      'assumed',
      `${area} ha (SE33 less Västerbotten) × standard yield / ${sorted}`,
    ),
  ]
}

/** The mean of the four harvests known for SE33: nearly all of it barley for feed. */
function cereals(facts: Facts): CountyOutput[] {
  const harvests = table(facts, 'production').filter(
    ({ area, product }) => area === SE33 && product === 'cereals, harvest',
  )
  const kg = (sum(harvests.map(({ value }) => Number(value))) / harvests.length) * KG_PER_TONNE
  const share = shareOfSe33(facts)
  const reading = `mean harvest of SE33 2010-2013, ${tonnes(kg / KG_PER_TONNE)}`
  return [
    output('grain', VASTERBOTTEN, kg * share, 'assumed', `${reading} × ${percent(share)}`),
    output('grain', NORRBOTTEN, kg * (1 - share), 'assumed', `${reading} × ${percent(1 - share)}`),
  ]
}

function milkAndFat(facts: Facts): CountyOutput[] {
  const own = fact(facts, VASTERBOTTEN, 'raw milk delivered', '2014 approx.') * KG_PER_TONNE
  const norrbotten = fact(facts, NORRBOTTEN, 'dairy cows', '2019') * MILK_PER_COW.value
  const rest = dairyIntake(facts) - own - norrbotten
  const jamtland = slaughtered(facts, JAMTLAND, 'beef')
  const share = jamtland / (jamtland + slaughtered(facts, VASTERNORRLAND, 'beef'))
  const reading = `rest of ${tonnes(dairyIntake(facts) / KG_PER_TONNE)} (2018), by beef slaughter`
  const milk = [
    output('milk', VASTERBOTTEN, own, 'derived', '13 900 cows × 8.6 t (2014)'),
    output('milk', NORRBOTTEN, norrbotten, 'derived', `cows of 2019 × ${MILK_PER_COW.value} kg`),
    output('milk', JAMTLAND, rest * share, 'assumed', `${reading} × ${percent(share)}`),
    output('milk', VASTERNORRLAND, rest * (1 - share), 'assumed', `${reading} × ${percent(1 - share)}`),
  ]
  const fat = freshShare(facts) * (FAT.value.raw_milk - FAT.value.fresh_products)
  return [...milk, ...milk.map((row) => milkFat(row, fat))]
}

function milkFat(milk: CountyOutput, fat: number): CountyOutput {
  const reading = `milk × ${(100 * fat).toFixed(2)} % (share of fresh products × fat left over)`
  return { ...milk, product_group: 'milk_fat', kg: milk.kg * fat, evidence: 'assumed', reading }
}

function beef(facts: Facts): CountyOutput[] {
  const own = fact(facts, VASTERBOTTEN, 'beef slaughter, carcass', '2017-2019 approx.') * KG_PER_TONNE
  const heads =
    fact(facts, SE33, 'cattle, December', '2014') - fact(facts, VASTERBOTTEN, 'cattle, total', '2019')
  return [
    output('beef', VASTERBOTTEN, own, 'derived', 'carcass, the low alternative (high: 3 200 t)'),
    output(
      'beef',
      NORRBOTTEN,
      heads * CARCASS_PER_HEAD.value.cattle,
      'assumed',
      `${heads} head (SE33 less Västerbotten) × ${CARCASS_PER_HEAD.value.cattle} kg`,
    ),
    output('beef', JAMTLAND, slaughtered(facts, JAMTLAND, 'beef'), 'derived', 'slaughter of 2017'),
    output(
      'beef',
      VASTERNORRLAND,
      slaughtered(facts, VASTERNORRLAND, 'beef'),
      'derived',
      'slaughter of 2017',
    ),
  ]
}

function pork(facts: Facts): CountyOutput[] {
  const kg = fact(facts, SE33, 'pigs, December', '2014') * CARCASS_PER_HEAD.value.pig
  const share = shareOfSe33(facts)
  const reading = `pigs in SE33 (2014) × ${CARCASS_PER_HEAD.value.pig} kg`
  return [
    output('pork', VASTERBOTTEN, kg * share, 'assumed', `${reading} × ${percent(share)}`),
    output('pork', NORRBOTTEN, kg * (1 - share), 'assumed', `${reading} × ${percent(1 - share)}`),
    output('pork', JAMTLAND, slaughtered(facts, JAMTLAND, 'pig'), 'derived', 'slaughter of 2017'),
    output('pork', VASTERNORRLAND, slaughtered(facts, VASTERNORRLAND, 'pig'), 'derived', 'slaughter of 2017'),
  ]
}

function lamb(facts: Facts): CountyOutput[] {
  const kg = fact(facts, SE33, 'sheep, December', '2014') * CARCASS_PER_HEAD.value.sheep
  const share = shareOfSe33(facts)
  const reading = `sheep in SE33 (2014) × ${CARCASS_PER_HEAD.value.sheep} kg`
  return [
    output('lamb', VASTERBOTTEN, kg * share, 'assumed', `${reading} × ${percent(share)}`),
    output('lamb', NORRBOTTEN, kg * (1 - share), 'assumed', `${reading} × ${percent(1 - share)}`),
  ]
}

function reindeer(facts: Facts): CountyOutput[] {
  const product = 'reindeer slaughter, carcass'
  const own = fact(facts, VASTERBOTTEN, product, '2020 approx.') * KG_PER_TONNE
  const rest = fact(facts, 'Sverige', product, '2020 approx.') * KG_PER_TONNE - own
  const reading = 'rest of 1 400 t by winter herds'
  return [
    output('reindeer', VASTERBOTTEN, own, 'derived', '1 400 t × 52 500 / 254 000 reindeer'),
    output(
      'reindeer',
      NORRBOTTEN,
      rest * REINDEER_SHARE.value['25']!,
      'assumed',
      `${reading} × ${percent(REINDEER_SHARE.value['25']!)}`,
    ),
    output(
      'reindeer',
      JAMTLAND,
      rest * REINDEER_SHARE.value['23']!,
      'assumed',
      `${reading} × ${percent(REINDEER_SHARE.value['23']!)}`,
    ),
  ]
}

/** Västerbotten's total over its municipalities by a stated key; a split row is never better than assumed. */
function splitOverPlaces(total: CountyOutput): CountyOutput[] {
  if (total.county !== COUNTY) return [total]
  const key = total.product_group === 'reindeer' ? REINDEER_KEY.value : FARMLAND_KEY.value
  const whole = sum(Object.values(key))
  return Object.entries(key)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([county, part]) => ({ ...total, county, kg: (total.kg * part) / whole, evidence: 'assumed' }))
}

function productionRow(total: CountyOutput, inQuarter: Quarter, offeredShare: number): Row {
  const { product_group, county: place, evidence } = total
  const produced = total.kg * seasonShare(product_group, inQuarter)
  const offered = product_group === 'grain' ? GRAIN_ON_OFFER.value : offeredShare
  return {
    producer: `statistics-${place}-${product_group}`,
    place,
    product_group,
    available_kg: round(produced * offered, KG_DECIMALS),
    produced_kg: round(produced, KG_DECIMALS),
    is_organic: null,
    evidence,
  }
}

export function seasonShare(product_group: string, inQuarter: Quarter): number {
  const season = SEASONS.value[product_group]
  const months = monthsOf(inQuarter)
  if (season === undefined) return months.length / MONTHS_PER_YEAR
  return sum(months.map((month) => season[month] ?? 0))
}

/** Raw milk that the dairies of the area take in, kg a year. */
export function dairyIntake(facts: Facts): number {
  return fact(facts, DAIRY_AREA, 'raw milk delivered', '2018') * KG_PER_TONNE
}

export function freshShare(facts: Facts): number {
  return fact(facts, DAIRY_AREA, 'share of milk to fresh products', '2020 approx.') / 100
}

export function cheeseShare(facts: Facts): number {
  return fact(facts, DAIRY_AREA, 'share of milk to cheese', '2020 approx.') / 100
}

const DAIRY_AREA = 'Norrmejerier area (Jämtland-Tornedalen)'

function shareOfSe33(facts: Facts): number {
  return fact(facts, VASTERBOTTEN, 'cattle, total', '2019') / fact(facts, SE33, 'cattle, December', '2014')
}

function slaughtered(facts: Facts, area: string, animal: string): number {
  return fact(facts, area, `${animal} slaughter, carcass`, '2017') * KG_PER_TONNE
}

function tonnes(value: number): string {
  return `${Math.round(value)} t`
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`
}

function output(
  product_group: string,
  area: string,
  kg: number,
  evidence: string,
  reading: string,
): CountyOutput {
  return { product_group, county: CODES[area]!, kg, evidence, reading }
}

function fact(facts: Facts, area: string, product: string, year: string): number {
  return factNumber(facts, 'production', { area, product, year }, 'value')
}
