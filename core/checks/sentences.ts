import { type CheckRule, checkRules } from '../../schemas/check-rules.ts'
import type { Text } from '../../schemas/table.ts'
import type { Engine } from '../engines/engine.ts'
import { plainRows } from '../query.ts'

/** A violation as sentences need it. */
export interface Described {
  readonly rule: string
  readonly zoning: string | null
  readonly zone: string | null
  readonly place: string | null
  readonly product_group: string | null
  readonly item: string | null
  readonly actor: string | null
  readonly kind: string
  readonly found: number
  readonly bound: number
  readonly deliveries: readonly { readonly source: string }[]
}

/** What codes are called: kind of code and its keys, joined by spaces → name. */
export type Names = ReadonlyMap<string, Text>

/** Where names stand: kind of code → columns that are its key, and the statement that reads them. */
const NAMED = {
  place: 'select place as code, name as sv, name as en from places',
  zoning: 'select zoning as code, name_sv as sv, name_en as en from zonings',
  zone: "select distinct zoning || ' ' || zone as code, name_sv as sv, name_en as en from zones",
  product_group: 'select product_group as code, name_sv as sv, name_en as en from product_groups',
  form: "select product_group || ' ' || form as code, name_sv as sv, name_en as en from product_forms",
  step: "select product_group || ' ' || step as code, name_sv as sv, name_en as en from processing_steps",
} as const

/** Reads what a run calls its places, zones, product groups, forms and steps. */
export async function readNames(engine: Engine): Promise<Names> {
  const names = new Map<string, Text>()
  for (const [kind, sql] of Object.entries(NAMED)) {
    for (const { code, sv, en } of plainRows(await engine.query(sql))) {
      names.set(`${kind} ${code}`, { sv: String(sv), en: String(en) })
    }
  }
  return names
}

/** What to tell a person of a violation, in both languages. */
export function sentencesOf(violation: Described, names: Names): Text {
  const rule: CheckRule = checkRules[violation.rule as keyof typeof checkRules]
  const template = rule.sentences[violation.kind] ?? rule.sentences['*']
  if (!template) throw new Error(`check ${violation.rule} has no sentence for ${violation.kind}`)
  const inLanguage = (language: keyof Text) =>
    template[language].replaceAll(/\{(\w+)\}/g, (_, field: string) =>
      fieldText(field, violation, rule, names, language),
    )
  return { sv: inLanguage('sv'), en: inLanguage('en') }
}

function fieldText(
  field: string,
  violation: Described,
  rule: CheckRule,
  names: Names,
  language: keyof Text,
): string {
  const { product_group, found, bound } = violation
  const named = (kind: string, code: string | null, within: string | null = null) => {
    const name = names.get([kind, ...(within === null ? [] : [within]), code].join(' '))?.[language]
    return name === undefined || name.toLowerCase() === code?.toLowerCase()
      ? (name ?? code ?? '?')
      : `${name} (${code})`
  }
  switch (field) {
    case 'zoning':
    case 'place':
    case 'product_group':
      return named(field, violation[field])
    case 'zone':
      return zoneText(violation, names, language)
    case 'item':
      return rule.item ? named(rule.item, violation.item, product_group) : (violation.item ?? '?')
    case 'kind':
      return rule.kinds?.[violation.kind]?.[language] ?? named('step', violation.kind, product_group)
    case 'actor':
      return violation.actor ?? '?'
    case 'found':
    case 'bound':
      return readable(violation[field], language)
    case 'ratio':
      return readable(found / bound, language)
    case 'difference':
      return readable(Math.abs(found - bound), language)
    case 'sources':
      return [...new Set(violation.deliveries.map(({ source }) => source))].join(', ')
    default:
      throw new Error(`check ${violation.rule}: no such field as {${field}}`)
  }
}

/** A zone's name with its zoning, since one place lies in zones of several. */
function zoneText({ zoning, zone }: Described, names: Names, language: keyof Text): string {
  const name = names.get(`zone ${zoning} ${zone}`)?.[language]
  return name === undefined ? `${zoning} ${zone}` : `${name} (${zoning} ${zone})`
}

/** A number as people write it: groups of three digits, decimals only where the number is small. */
function readable(value: number, language: keyof Text): string {
  const size = Math.abs(value)
  const digits =
    size >= 100
      ? { maximumFractionDigits: 0 }
      : size >= 0.1
        ? { maximumFractionDigits: 2 }
        : { maximumSignificantDigits: 2 }
  const text = new Intl.NumberFormat('en', { ...digits, useGrouping: true }).format(value)
  const grouped = text.replaceAll(',', ' ').replace('-', '−')
  return language === 'sv' ? grouped.replace('.', ',') : grouped
}
