import { FORM_SPLIT, MEAT_GROUPS, MEAT_LEVEL } from './assumptions.ts'
import { type Row, round } from './csv.ts'
import { type Facts, number, table } from './facts.ts'

const GRAM_DECIMALS = 3

/**
 * Grams of a form in one portion: the fact group's grams × its level × the form's share, added over fact
 * groups.
 */
export function portionProfiles(facts: Facts): Row[] {
  const grams = new Map<string, number>()
  for (const row of table(facts, 'portion_profile')) {
    for (const [product_group, form, share] of FORM_SPLIT.value[row.product_group!] ?? []) {
      const key = `${row.segment} ${product_group} ${form}`
      grams.set(key, (grams.get(key) ?? 0) + number(row.g_per_portion) * level(row.product_group!) * share)
    }
  }
  return [...grams].filter(([, value]) => value > 0).map(([key, value]) => profileRow(key, value))
}

function level(factGroup: string): number {
  return MEAT_GROUPS.includes(factGroup) ? MEAT_LEVEL.value : 1
}

function profileRow(key: string, grams: number): Row {
  const [segment, product_group, form] = key.split(' ') as [string, string, string]
  return { segment, product_group, form, grams_per_portion: round(grams, GRAM_DECIMALS), evidence: 'assumed' }
}
