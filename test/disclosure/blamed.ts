import type { Finding } from './attacker.ts'
import { attack, type Releases } from './releases-of.ts'

/** What roundings of all figures around can come to. */
const NOTHING_KG = 0.5

/** What is needed or flows in, less what somebody delivers or takes: where it is told, that is, to the same kg. */
const REMAINDERS = ['production_gap_kg', 'chain_gap_kg', 'shortfall_kg', 'lost_kg', 'lacking_kg']

/**
 * Findings that releases are to blame for: what is not public about the figure, its distance from the nearer
 * bound that anybody knows, is told to within a tenth. A remainder is found where what it is less by is; of
 * itself it is told only if it is told whole.
 */
export async function blamed(
  releases: Releases,
  magnitudes: boolean,
  found_out?: readonly Finding[],
): Promise<string[]> {
  const told = ({ value, from, to }: Finding, margin: number) =>
    from >= value - margin && to <= value + margin
  const findings = found_out ?? (await attack(releases, { figures: true, magnitudes }))
  const suspects = findings.filter((found) => told(found, Math.max(0.1 * found.value, NOTHING_KG)))
  const anyway = await attack(releases, { figures: false, magnitudes }, suspects, true)
  return suspects.flatMap((found, at) => {
    const known = anyway[at]!
    const secret = Math.min(found.value - known.from, known.to - found.value)
    const margin = REMAINDERS.includes(found.column) ? NOTHING_KG : Math.max(0.1 * secret, NOTHING_KG)
    // roundings of what is public add up too
    if (!told(found, margin) || told(known, margin + 2 * NOTHING_KG)) return []
    return [`${found.name} ${found.value}: ${found.from} to ${found.to}, anyway ${known.from} to ${known.to}`]
  })
}
