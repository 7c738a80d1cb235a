/** Of a test that takes a number of tries: those that have it are what `npm run test:thorough` runs. */
export const SIZED = { tags: 'sized' }

/** A number of tries: few in `npm test`, many in `npm run test:thorough`, most in `npm run test:exhaustive`. */
export function tries(few: number, many: number, most = many): number {
  const size = process.env.SKAFFERI_THOROUGH
  if (size === undefined) return few
  return size === 'all' ? most : many
}
