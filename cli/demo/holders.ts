/** Who is likely to know what nobody has reported, by product group; for the steps, who would have the plant. */
const growers = 'wholesalers (sales by origin) and growers'
const slaughter = 'slaughterhouses and cutting plants'
const dairies = 'dairies'
const bakers = 'mills and bakeries'
const vegetables = 'vegetable processors and packers'

const supply: Readonly<Record<string, string>> = {
  egg: 'egg packers',
  fish: 'fishers, fish farms and fish wholesalers',
  poultry: 'poultry farms',
  honey: 'beekeepers',
  berry: 'berry buyers and freezers',
}
const capacity: Readonly<Record<string, string>> = {
  beef: slaughter,
  pork: slaughter,
  lamb: slaughter,
  reindeer: slaughter,
  poultry: slaughter,
  milk: dairies,
  milk_fat: dairies,
  grain: bakers,
  fish: 'fish processors',
  egg: 'egg packers',
  berry: 'berry buyers and freezers',
}

/** Kind of holder to ask about the supply of a product group. */
export const supplyHolder = (product_group: string) => supply[product_group] ?? growers
/** Kind of holder to ask about a processing step of a product group. */
export const capacityHolder = (product_group: string) => capacity[product_group] ?? vegetables
