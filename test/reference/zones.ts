// Section 5, "place against zone".

import type { Facts } from './facts.ts'

export type Position = 'inside' | 'unknown' | 'outside'

function ancestors(facts: Facts, place: string): string[] {
  const parent = facts.places.get(place)?.parent ?? null
  return parent === null ? [] : [parent, ...ancestors(facts, parent)]
}

/** "A place not listed takes the zone of its nearest listed ancestor." */
export function zoneOf(facts: Facts, zoning: string, place: string): string | null {
  const listed = facts.zones.get(zoning)!
  for (const candidate of [place, ...ancestors(facts, place)]) {
    const zone = listed.get(candidate)
    if (zone !== undefined) return zone
  }
  return null
}

export function zonesOf(facts: Facts, zoning: string): string[] {
  return [...new Set(facts.zones.get(zoning)!.values())]
}

export function placesOf(facts: Facts, zoning: string, zone: string): string[] {
  return [...facts.places.keys()].filter((place) => zoneOf(facts, zoning, place) === zone)
}

/**
 * "Place against zone: inside if the nearest listed self-or-ancestor has the same zone as the buyer; unknown if
 * null, or if the place is unlisted and an ancestor of a place listed in that zone; else outside."
 */
export function against(facts: Facts, zoning: string, zone: string, place: string | null): Position {
  if (place === null) return 'unknown'
  if (zoneOf(facts, zoning, place) === zone) return 'inside'
  const listed = facts.zones.get(zoning)!
  if (listed.has(place)) return 'outside'
  for (const [candidate, itsZone] of listed) {
    if (itsZone === zone && ancestors(facts, candidate).includes(place)) return 'unknown'
  }
  return 'outside'
}
