/** Words that no text of the program may contain, and why. */
export interface ForbiddenPhrasing {
  readonly language: 'sv' | 'en'
  readonly pattern: RegExp
  readonly reason: string
}

const ORIGIN = 'a buyer may not, as a rule, demand local or national origin (equal treatment)'
const FAVOUR = 'a buyer may not favour suppliers for where they are'
const UNKNOWN = 'what is unknown is a question to ask, not something to put money into'

/** A pattern in which `<` and `>` stand for the beginning and end of a word, `*` for more letters, ` … ` for a few words. */
function phrase(text: string): RegExp {
  const source = text
    .replaceAll('<', '(?<!\\p{L})')
    .replaceAll('>', '(?!\\p{L})')
    .replaceAll('*', '\\p{L}*')
    .replaceAll(' … ', '[^.!?\\n|]{1,60}')
  return new RegExp(source, 'iu')
}

const sv = (reason: string, ...texts: string[]): ForbiddenPhrasing[] =>
  texts.map((text) => ({ language: 'sv', pattern: phrase(text), reason }))
const en = (reason: string, ...texts: string[]): ForbiddenPhrasing[] =>
  texts.map((text) => ({ language: 'en', pattern: phrase(text), reason }))

const LOCAL_SV = '(lokal|närproducera|närodla|svensk|regional)*'
const LOCAL_EN = '<(local|locally|regional|swedish|near-?by)>'
const WARES_SV = '(leverantör|producent|råvar|livsmedel|mat>|varor|odlare|gård)'
const WARES_EN = '(food|produce|product|supplier|grower|farm|goods|origin)'

/**
 * Phrasings that procurement law does not allow a buyer to act on (directive 2014/24/EU art. 18 and 42; the
 * Swedish act LOU 2016:1145, chapters 4 and 9), and those that call an unknown an investment. Texts speak
 * instead of capacity, lots, market dialogue, long contracts and development contracts.
 */
export const forbiddenPhrasings: readonly ForbiddenPhrasing[] = [
  ...sv(
    ORIGIN,
    `<kräv(a|er|s|t|de|)> … <${LOCAL_SV}`,
    `<ställ* krav> … <${LOCAL_SV}`,
    `<krav(et|en|) (på|om)> (att )?(\\p{L}+ ){0,2}${LOCAL_SV}`,
    '<(ursprungskrav|lokalitetskrav|krav på (visst )?ursprung)',
    `<(endast|bara|enbart|uteslutande) <${LOCAL_SV} ${WARES_SV}`,
    `<ska(ll)? vara <${LOCAL_SV}`,
  ),
  ...sv(
    FAVOUR,
    `<(välj|väljer|välja|gynna*|prioriter*|föredra*|premier*)> (\\p{L}+ ){0,3}${LOCAL_SV}`,
    `<(upphandla|handla|köp|köpa|beställ|beställa)> (mer |mera )?<${LOCAL_SV}`,
    '<(utestäng|uteslut|undvik|välj bort)* (utländsk|import|icke-lokal)',
  ),
  ...sv(UNKNOWN, '<okän(d|t|da)> … <invester', '<invester* … <okän(d|t|da)>'),
  ...en(
    ORIGIN,
    `<(requir|insist|mandat|stipulat)* (\\p{L}+ ){0,3}${LOCAL_EN}`,
    `<demand(s|ed|ing|) (that |only |a |an ){0,3}${LOCAL_EN} ${WARES_EN}`,
    '<(local|swedish|regional)[- ](only>|origin requirement)',
    `<(only|exclusively|solely) ${LOCAL_EN} ${WARES_EN}`,
    '<(must|shall|has to|have to) be (local|swedish|regional)',
  ),
  ...en(
    FAVOUR,
    `<(prefer|favou?r|prioriti[sz]|choos|select|reward)* (\\p{L}+ ){0,3}${LOCAL_EN}`,
    '<(buy|buying|purchase|procure|procuring|source|sourcing) (more )?(local|locally|swedish|regional)>',
    '<(exclude|avoid|shut out)* (foreign|imported|non-local)',
  ),
  ...en(UNKNOWN, '<unknown> … <invest', '<invest* … <unknown>'),
]

/** What of the forbidden stands in a text: the words found, and why they may not stand there. */
export function forbiddenIn(text: string): { readonly found: string; readonly reason: string }[] {
  return forbiddenPhrasings.flatMap(({ pattern, reason }) => {
    const found = pattern.exec(text)
    return found ? [{ found: found[0], reason }] : []
  })
}
