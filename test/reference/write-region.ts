import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Region, Row } from './facts.ts'
import { quoted } from './format.ts'

/** Rows as canonical CSV: header from the first row, comma, LF, empty = null. */
export function toCsv(rows: Row[]): string {
  const columns = Object.keys(rows[0] ?? {})
  const lines = rows.map((row) => columns.map((column) => quoted(row[column] ?? '')))
  return [columns, ...lines].map((cells) => `${cells.join(',')}\n`).join('')
}

/** Writes a region as `skafferi land DIR` reads it: `<dataset>/<source>/<quarter|all>.csv`. */
export function writeRegion(region: Region, folder: string): void {
  for (const [dataset, deliveries] of Object.entries(region)) {
    for (const { source, quarter, rows } of deliveries) {
      // a file with a header only is refused, so nothing to say is no file
      if (rows.length === 0) continue
      mkdirSync(join(folder, dataset, source), { recursive: true })
      writeFileSync(join(folder, dataset, source, `${quarter ?? 'all'}.csv`), toCsv(rows))
    }
  }
}
