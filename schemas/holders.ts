import type { Text } from './table.ts'

const growers = {
  sv: 'grossister (försäljning efter ursprung) och odlare',
  en: 'wholesalers (sales by origin) and growers',
}
const slaughter = { sv: 'slakterier och styckningsanläggningar', en: 'slaughterhouses and cutting plants' }
const dairies = { sv: 'mejerier', en: 'dairies' }
const bakers = { sv: 'kvarnar och bagerier', en: 'mills and bakeries' }
const vegetables = { sv: 'grönsaksförädlare och packerier', en: 'vegetable processors and packers' }
const eggs = { sv: 'äggpackerier', en: 'egg packers' }
const berries = { sv: 'bärköpare och fryserier', en: 'berry buyers and freezers' }

const supply: Readonly<Record<string, Text>> = {
  egg: eggs,
  fish: {
    sv: 'fiskare, fiskodlare och fiskgrossister',
    en: 'fishers, fish farms and fish wholesalers',
  },
  poultry: { sv: 'fjäderfägårdar', en: 'poultry farms' },
  honey: { sv: 'biodlare', en: 'beekeepers' },
  berry: berries,
}
const capacity: Readonly<Record<string, Text>> = {
  beef: slaughter,
  pork: slaughter,
  lamb: slaughter,
  reindeer: slaughter,
  poultry: slaughter,
  milk: dairies,
  milk_fat: dairies,
  grain: bakers,
  fish: { sv: 'fiskförädlare', en: 'fish processors' },
  egg: eggs,
  berry: berries,
}

/** Kind of holder who is likely to know the supply of a product group that nobody has reported. */
export const supplyHolder = (product_group: string): Text => supply[product_group] ?? growers
/** Kind of holder who would have the plant for a processing step of a product group. */
export const capacityHolder = (product_group: string): Text => capacity[product_group] ?? vegetables
/** Kinds of holders who know what public kitchens buy. */
export const purchasesHolder: Text = {
  sv: 'kommunernas och regionens kostenheter, grossister och mejerier',
  en: 'the food services of municipalities and region, wholesalers and dairies',
}
