import { KNOWN_PLACES } from './assumptions.ts'
import type { Row } from './csv.ts'
import { type Facts, factNumber, number, table } from './facts.ts'

export const COUNTY = '24'
const COUNTRY = 'SE'
const NEIGHBOURS = ['25', '22', '23']
const FOREIGN = ['NO-18', 'NO-55', 'FI-12', 'FI-07', 'FI-14', 'FI-10']

/** Counties whose demand is modelled per head: neighbours in Sweden, Norway and Finland. */
export const MODELLED_COUNTIES = [...NEIGHBOURS, ...FOREIGN]

const COUNTIES: Record<string, string> = {
  '01': 'Stockholms län',
  '03': 'Uppsala län',
  '04': 'Södermanlands län',
  '05': 'Östergötlands län',
  '06': 'Jönköpings län',
  '07': 'Kronobergs län',
  '08': 'Kalmar län',
  '09': 'Gotlands län',
  '10': 'Blekinge län',
  '12': 'Skåne län',
  '13': 'Hallands län',
  '14': 'Västra Götalands län',
  '17': 'Värmlands län',
  '18': 'Örebro län',
  '19': 'Västmanlands län',
  '20': 'Dalarnas län',
  '21': 'Gävleborgs län',
  '22': 'Västernorrlands län',
  '23': 'Jämtlands län',
  '24': 'Västerbottens län',
  '25': 'Norrbottens län',
  'NO-18': 'Nordland',
  'NO-55': 'Troms',
  'FI-12': 'Österbotten',
  'FI-07': 'Mellersta Österbotten',
  'FI-14': 'Norra Österbotten',
  'FI-10': 'Lappland',
}

/** Countries that purchases come from; only the first three have a part in a zoning. */
const COUNTRIES: Record<string, string> = {
  SE: 'Sverige',
  NO: 'Norge',
  FI: 'Finland',
  BE: 'Belgien',
  DE: 'Tyskland',
  DK: 'Danmark',
  ES: 'Spanien',
  FR: 'Frankrike',
  IE: 'Irland',
  IT: 'Italien',
  NL: 'Nederländerna',
  PL: 'Polen',
}

const ENGLISH: Record<string, string> = {
  '22': 'Västernorrland County',
  '23': 'Jämtland County',
  '24': 'Västerbotten County',
  '25': 'Norrbotten County',
  SE: 'Sweden',
  NO: 'Norway',
  FI: 'Finland',
}

const PROCUREMENT_ZONES: Record<string, string> = {
  Umeå: 'umea',
  Skellefteå: 'skelleftea',
  Lycksele: 'lycksele',
}

export function municipalities(facts: Facts): string[] {
  return table(facts, 'municipalities').map((row) => row.code!)
}

export function procurementZone(facts: Facts, municipality: string): string {
  const row = table(facts, 'municipalities').find((candidate) => candidate.code === municipality)
  return PROCUREMENT_ZONES[row!.procurement_group!]!
}

export function countyPopulation(facts: Facts): number {
  return table(facts, 'municipalities').reduce((total, row) => total + number(row.population), 0)
}

export function places(facts: Facts): Row[] {
  const countries = Object.entries(COUNTRIES).map(([place, name]) => ({ place, name, kind: 'country' }))
  return [...countries, ...counties(facts), ...municipalityRows(facts)]
}

function counties(facts: Facts): Row[] {
  return Object.entries(COUNTIES)
    .sort(byCode)
    .map(([place, name]) => ({
      place,
      name,
      kind: 'county',
      parent: countryOf(place),
      ...KNOWN_PLACES.value[place],
      ...(place === COUNTY && { population: countyPopulation(facts) }),
    }))
}

function municipalityRows(facts: Facts): Row[] {
  return table(facts, 'municipalities').map((row) => ({
    place: row.code!,
    name: row.name!,
    kind: 'municipality',
    parent: COUNTY,
    latitude: number(row.lat),
    longitude: number(row.lon),
    population: number(row.population),
  }))
}

function byCode([a]: [string, string], [b]: [string, string]): number {
  return a < b ? -1 : 1
}

export function countryOf(county: string): string {
  return county.includes('-') ? county.slice(0, county.indexOf('-')) : COUNTRY
}

export function population(facts: Facts, place: string): number {
  return (
    KNOWN_PLACES.value[place]?.population ??
    factNumber(facts, 'municipalities', { code: place }, 'population')
  )
}

export function zonings(): Row[] {
  const rows: [string, string, string, boolean][] = [
    ['municipality', 'Kommun', 'Municipality', true],
    ['procurement_group', 'Gemensam upphandling', 'Joint procurement', true],
    ['county', 'Län', 'County', true],
    ['four_counties', 'De fyra nordligaste länen', 'The four northernmost counties', true],
    ['cross_border', 'Norr över gränserna', 'The north across borders', true],
    ['country', 'Land', 'Country', false],
  ]
  return rows.map(([zoning, name_sv, name_en, has_gaps], index) => ({
    zoning,
    position: index + 1,
    name_sv,
    name_en,
    has_gaps,
  }))
}

/**
 * A place that is not listed takes the zone of its nearest listed ancestor, so a county stands for its
 * municipalities.
 */
export function zones(facts: Facts): Row[] {
  return [
    ...table(facts, 'municipalities').map(({ code, name }) => zone('municipality', code!, code!, name!)),
    ...table(facts, 'municipalities').map((row) => procurementRow(row.code!, row.procurement_group!)),
    ...[COUNTY, ...NEIGHBOURS].map((code) => zone('county', code, code, COUNTIES[code]!, ENGLISH[code])),
    ...[COUNTY, ...NEIGHBOURS].map((code) =>
      zone('four_counties', 'north4', code, 'De fyra nordligaste länen', 'The four northernmost counties'),
    ),
    ...[COUNTY, ...NEIGHBOURS, ...FOREIGN].map((code) =>
      zone(
        'cross_border',
        'north',
        code,
        'Norra Sverige, Norge och Finland',
        'Northern Sweden, Norway and Finland',
      ),
    ),
    ...[COUNTRY, 'NO', 'FI'].map((code) => zone('country', code, code, COUNTRIES[code]!, ENGLISH[code])),
  ]
}

function procurementRow(place: string, group: string): Row {
  const code = PROCUREMENT_ZONES[group]!
  return zone('procurement_group', code, place, `${group}gruppen`, `${group} group`)
}

function zone(zoning: string, code: string, place: string, name_sv: string, name_en = name_sv): Row {
  return { zoning, zone: code, place, name_sv, name_en }
}
