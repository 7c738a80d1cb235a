import { once } from 'node:events'
import { createReadStream, createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse'

const REGION = join(import.meta.dirname, '../data/vasterbotten')

async function column(dataset: string, ...names: string[]): Promise<string[][]> {
  const rows: string[][] = []
  const file = createReadStream(join(REGION, dataset, 'skafferi/all.csv'))
  for await (const row of file.pipe(parse({ columns: true }))) rows.push(names.map((name) => row[name]))
  return rows
}

/** A repeatable stream of numbers in [0, 1): Lehmer's generator with the constants of Park and Miller. */
export function lehmer(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 48271) % 2147483647
    return state / 2147483647
  }
}

/**
 * Writes `lines` purchase lines of 2026-Q3 with the bundled region's codes: 400 kitchens, 40 suppliers with 2 000
 * articles, one line in ten without sek, some articles without origin, and `bad` of them with a fault.
 */
export async function writePurchases(path: string, lines: number, bad = 0): Promise<void> {
  const random = lehmer(20260930)
  const pick = <T>(from: readonly T[]) => from[Math.floor(random() * from.length)]!
  const places = (await column('places', 'place', 'kind'))
    .filter(([, kind]) => kind === 'municipality')
    .map(([place]) => place!)
  const forms = await column('product_forms', 'product_group', 'form')
  const origins = [...places.slice(0, 6), '25', 'SE', '', '']
  const articles = Array.from({ length: 2000 }, (_, article) => {
    const [group, form] = pick(forms)
    const origin = [pick(origins), pick(origins), pick(['true', 'false', ''])]
    return { article, supplier: `supplier-${article % 40}`, group, form, origin }
  })
  const out = createWriteStream(path)
  out.write(
    'purchased_on,place,kitchen,supplier,article,product_group,form,kg,sek,grown_place,processed_place,is_organic\n',
  )
  let chunk = ''
  for (let line = 0; line < lines; line++) {
    const { article, supplier, group, form, origin } = pick(articles)
    const kitchen = Math.floor(random() * 400)
    const day = `2026-0${7 + Math.floor(random() * 3)}-${String(1 + Math.floor(random() * 30)).padStart(2, '0')}`
    const kg = line < bad ? 'ten' : (random() * 100).toFixed(3)
    const sek = random() < 0.1 ? '' : (random() * 2000).toFixed(2)
    const place = places[kitchen % places.length]
    const cells = [day, place, `kitchen ${kitchen}`, supplier, article, group, form, kg, sek, ...origin]
    chunk += `${cells.join(',')}\n`
    if (chunk.length < 1 << 20) continue
    if (!out.write(chunk)) await once(out, 'drain')
    chunk = ''
  }
  out.end(chunk)
  await once(out, 'finish')
}
