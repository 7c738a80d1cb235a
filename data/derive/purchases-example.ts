import { EXAMPLE, EXAMPLE_ORIGINS, EXAMPLE_PROCESSED, PRICES } from './assumptions.ts'
import { type Row, round, sum } from './csv.ts'
import type { Facts } from './facts.ts'
import { portions } from './portions.ts'
import { chains } from './products.ts'
import { portionProfiles } from './profiles.ts'
import { addDays, daysIn, firstDay, isoDate, type Quarter } from './quarters.ts'

type Draw = () => number
type Need = {
  place: string
  product_group: string
  form: string
  step: string | null
  name: string
  kg: number
}
type Line = Need & { source: string; supplier: string; date: string }

const WHOLESALER = 'example-wholesaler'
const DAIRY = 'example-dairy'
const MUNICIPALITY = 'example-municipality'
export const EXAMPLE_SOURCES = [DAIRY, MUNICIPALITY, WHOLESALER]

const DAIRY_GROUPS = ['milk', 'milk_fat']
const PROCESSED_AS: Record<string, string[]> = {
  roots: ['potato', 'carrot', 'root_other', 'cabbage', 'onion'],
  meat: ['beef', 'pork', 'poultry', 'lamb', 'reindeer'],
  dairy: ['milk', 'milk_fat', 'egg'],
  grain: ['grain'],
}
const HOME = 'SE'
const GRAMS_PER_KG = 1000
const KG_DECIMALS = 1
const SEK_DECIMALS = 2
const SATURDAY = 6
const SUNDAY = 0

/** Invented lines by source, the same for the same seed. */
export function examplePurchases(facts: Facts, inQuarter: Quarter): Record<string, Row[]> {
  const draw = seeded(`${EXAMPLE.value.seed} ${inQuarter.code}`)
  const lines = needs(facts, inQuarter)
    .flatMap((need) => split(need, draw))
    .map((line) => ({ ...line, date: weekday(inQuarter, draw) }))
    .sort((a, b) => byCode(a.date, b.date) || byCode(a.place, b.place))
  const rows = lines.flatMap((line) => purchaseRows(line, draw).map((row) => ({ source: line.source, row })))
  return Object.fromEntries(
    EXAMPLE_SOURCES.map((source) => [
      source,
      rows.filter((row) => row.source === source).map(({ row }) => row),
    ]),
  )
}

/** Modelled kg of each form that a buyer's lines are cut from. */
function needs(facts: Facts, inQuarter: Quarter): Need[] {
  const served = portions(facts, inQuarter)
  const profiles = portionProfiles(facts)
  return Object.entries(EXAMPLE.value.covered).flatMap(([place, covered]) =>
    forms(facts).map((form) => ({ place, ...form, kg: covered * modelledKg(place, form, served, profiles) })),
  )
}

function forms(facts: Facts): Omit<Need, 'place' | 'kg'>[] {
  return Object.entries(chains(facts)).flatMap(([product_group, chain]) =>
    chain.forms.map(({ form, step, name_sv }) => ({
      product_group,
      form,
      step: step ?? null,
      name: `${chain.name_sv}, ${name_sv.toLowerCase()}`,
    })),
  )
}

export function modelledKg(
  place: string,
  wanted: { product_group: string; form: string },
  served: Row[],
  profiles: Row[],
): number {
  const grams = profiles.filter(
    (row) => row.product_group === wanted.product_group && row.form === wanted.form,
  )
  const eaten = grams.map(({ segment, grams_per_portion }) => {
    const rows = served.filter((row) => row.place === place && row.segment === segment)
    return sum(rows.map((row) => Number(row.portions))) * Number(grams_per_portion)
  })
  return sum(eaten) / GRAMS_PER_KG
}

function split(need: Need, draw: Draw): Omit<Line, 'date'>[] {
  if (need.kg === 0) return []
  const { lines_per_form: lines, line_spread, covered_spread } = EXAMPLE.value
  const count = lines.least + Math.floor(draw() * (lines.most - lines.least + 1))
  const parts = Array.from({ length: count }, () => 1 - line_spread * draw())
  const bought = need.kg * (1 - covered_spread * draw())
  return parts.map((part) => {
    const source = sourceOf(need.product_group, draw)
    return { ...need, kg: (bought * part) / sum(parts), source, supplier: supplierOf(source, draw) }
  })
}

function sourceOf(product_group: string, draw: Draw): string {
  if (DAIRY_GROUPS.includes(product_group)) return DAIRY
  return draw() < (EXAMPLE.value.direct[product_group] ?? 0) ? MUNICIPALITY : WHOLESALER
}

function supplierOf(source: string, draw: Draw): string {
  if (source === WHOLESALER) return 'Exempelgrossisten'
  if (source === DAIRY) return 'Exempelmejeriet'
  return pick(
    [
      ['Exempelodlare A', 1],
      ['Exempelodlare B', 1],
      ['Exempelodlare C', 1],
    ],
    draw,
  )
}

/** A purchase, now and then followed by a credit line for part of it. */
function purchaseRows(line: Line, draw: Draw): Row[] {
  const bought = purchase(line, draw)
  if (draw() >= EXAMPLE.value.credit_lines) return [bought]
  const returned = -round(line.kg * EXAMPLE.value.credited, KG_DECIMALS)
  if (returned === 0) return [bought]
  const price = bought.sek === null ? null : Number(bought.sek) / Number(bought.kg)
  return [
    bought,
    { ...bought, kg: returned, sek: price === null ? null : round(returned * price, SEK_DECIMALS) },
  ]
}

function purchase(line: Line, draw: Draw): Row {
  const { organic, organic_unknown, without_sek, without_date } = EXAMPLE.value
  const grown = originOf(line, draw)
  const is_organic = draw() < organic_unknown ? null : draw() < organic
  const kg = Math.max(round(line.kg, KG_DECIMALS), 10 ** -KG_DECIMALS)
  return {
    purchased_on: draw() < without_date ? null : line.date,
    place: line.place,
    kitchen: `Exempelkök ${1 + Math.floor(draw() * EXAMPLE.value.kitchens[line.place]!)}`,
    supplier: line.supplier,
    article: line.name,
    product_group: line.product_group,
    form: line.form,
    kg,
    sek: draw() < without_sek ? null : round(kg * price(line, is_organic === true, draw), SEK_DECIMALS),
    grown_place: grown === '' ? null : grown,
    processed_place: line.step === null ? null : processedAt(line.product_group, grown, draw),
    is_organic,
  }
}

function price({ product_group, form }: Need, organic: boolean, draw: Draw): number {
  const spread = 1 + EXAMPLE.value.price_spread * (2 * draw() - 1)
  return PRICES.value[product_group]![form]! * spread * (organic ? EXAMPLE.value.organic_premium : 1)
}

/** What the municipality buys directly is its own, as far as it is grown there at all. */
function originOf({ product_group, place, source }: Line, draw: Draw): string {
  const origins = EXAMPLE_ORIGINS.value[product_group]!
  const origin = source === MUNICIPALITY && product_group !== 'reindeer' ? 'own' : pick(origins, draw)
  return origin === 'own' ? place : origin
}

function processedAt(product_group: string, grown: string, draw: Draw): string | null {
  if (isForeign(grown)) return grown
  const kind =
    Object.keys(PROCESSED_AS).find((name) => PROCESSED_AS[name]!.includes(product_group)) ?? 'other'
  const place = pick(EXAMPLE_PROCESSED.value[kind]!, draw)
  return place === '' ? null : place
}

function isForeign(place: string): boolean {
  return /^[A-Z]/.test(place) && place !== HOME
}

function weekday(inQuarter: Quarter, draw: Draw): string {
  const date = addDays(firstDay(inQuarter), Math.floor(draw() * daysIn(inQuarter)))
  const day = date.getUTCDay()
  return day === SATURDAY || day === SUNDAY ? weekday(inQuarter, draw) : isoDate(date)
}

function pick(weighted: [string, number][], draw: Draw): string {
  let left = draw() * sum(weighted.map(([, weight]) => weight))
  for (const [value, weight] of weighted) {
    left -= weight
    if (left < 0) return value
  }
  return weighted.at(-1)![0]
}

function byCode(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/**
 * Mulberry32 (public domain, T. Ettinger) seeded by the FNV-1a hash of a text: integers only, so alike
 * everywhere.
 */
function seeded(text: string): Draw {
  let state = 0x811c9dc5
  for (const character of text) state = Math.imul(state ^ character.codePointAt(0)!, 0x01000193)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x100000000
  }
}
