import { ApiProblem } from './problem.ts'

/** A range of media types that a reader takes, and how gladly. */
interface Range {
  readonly type: string
  readonly subtype: string
  readonly quality: number
}

/**
 * Which of the offered media types a reader would rather have: the one of the highest quality, then the one
 * named most exactly, then the first offered. Throws 406 where it takes none.
 */
export function negotiate<T extends string>(accept: string | undefined, offered: readonly T[]): T {
  const ranges = (accept ?? '').split(',').flatMap(rangeOf)
  if (ranges.length === 0) return offered[0]!
  const liked = offered
    .map((media, at) => ({ media, at, ...matching(ranges, media) }))
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality || b.exactness - a.exactness || a.at - b.at)
  if (liked[0]) return liked[0].media
  throw new ApiProblem(406, `no such answer can be given: ${JSON.stringify(accept)}`, {
    value: accept ?? '',
    valid: offered,
  })
}

/** What cannot be read is left out, as RFC 9110 leaves to a server. */
function rangeOf(text: string): Range[] {
  const [media, ...parameters] = text.split(';').map((part) => part.trim().toLowerCase())
  const found = /^([a-z0-9!#$&^_.+*-]+)\/([a-z0-9!#$&^_.+*-]+)$/.exec(media ?? '')
  if (!found) return []
  const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2)
  const quality =
    weight === undefined ? 1 : /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(weight) ? Number(weight) : 0
  return [{ type: found[1]!, subtype: found[2]!, quality }]
}

/** The quality of the range that names a media type most exactly. */
function matching(ranges: readonly Range[], media: string): { quality: number; exactness: number } {
  const [type, subtype] = media.split('/')
  const exactness = (range: Range) =>
    range.type === type
      ? range.subtype === subtype
        ? 3
        : range.subtype === '*'
          ? 2
          : 0
      : isAny(range)
        ? 1
        : 0
  const best = ranges
    .map((range) => ({ quality: range.quality, exactness: exactness(range) }))
    .filter((one) => one.exactness > 0)
    .sort((a, b) => b.exactness - a.exactness || b.quality - a.quality)
  return best[0] ?? { quality: 0, exactness: 0 }
}

const isAny = ({ type, subtype }: Range) => type === '*' && subtype === '*'
