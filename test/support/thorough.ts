/** A number of tries: few in `npm test`, many in `npm run test:thorough`. */
export const tries = (few: number, many: number): number =>
  process.env.SKAFFERI_THOROUGH === '1' ? many : few
