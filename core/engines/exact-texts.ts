/** Java's words for doubles are JavaScript's, `NaN` and the infinities too; undefined for a text that is none. */
export function double(text: string): number | undefined {
  const value = Number(text)
  return text.trim() === '' || (Number.isNaN(value) && text !== 'NaN') ? undefined : value
}

/** A decimal in units of its last digit; undefined for a text that is none of that scale. */
export function unscaled(text: string, scale: number): bigint | undefined {
  const [, sign, whole, fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) ?? []
  if (whole === undefined || fraction.length > scale) return undefined
  const digits = BigInt(whole + fraction.padEnd(scale, '0'))
  return sign === '-' ? -digits : digits
}

/** Milliseconds of a day since 1970; undefined for a text that is no day. */
export function day(text: string): number | undefined {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? undefined : at
}
