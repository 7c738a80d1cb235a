import { createHash } from 'node:crypto'

export { DELIVERY } from '../../schemas/api-requests.ts'

import type { Table } from '../../schemas/table.ts'
import type { Quarter } from '../quarter.ts'

/** What a delivery replaces when it counts: a reference dataset, or one source's quarter of a dataset. */
export interface Scope {
  readonly dataset: string
  /** The sender. Of a reference dataset it is not part of the scope. */
  readonly source: string
  /** Null for a reference dataset. */
  readonly quarter: Quarter | null
}

/** Name of a delivery: the same bytes for the same dataset, source and quarter always have the same one. */
export function deliveryOf({ dataset, source, quarter }: Scope, sha256: string): string {
  const text = [dataset, source, quarter?.name ?? 'all', sha256].join('\n')
  return `d${createHash('sha256').update(text).digest('hex').slice(0, 24)}`
}

const partition = (quarter: Quarter | null) =>
  quarter ? `year=${quarter.year}/quarter=${quarter.quarter}/` : ''

/** Every key of the lake (DESIGN §4). `rows` names a delivery's row files: the delivery, or `<delivery>.<n>`. */
export const keys = {
  landing: ({ dataset, source }: Scope, delivery: string) => `landing/${dataset}/${source}/${delivery}/`,
  curated: ({ dataset, quarter }: Scope, rows: string) =>
    `curated/${dataset}/${partition(quarter)}${rows}.parquet`,
  rolled: ({ dataset, quarter }: Scope, rows: string) =>
    `rolled/${dataset}/${partition(quarter)}${rows}.parquet`,
  quarantine: ({ dataset }: Scope, rows: string) => `quarantine/${dataset}/${rows}.parquet`,
  receipt: (name: string) => `receipts/${name}.json`,
  commits: ({ dataset, source, quarter }: Scope) =>
    quarter ? `commits/${dataset}/${source}/${quarter.name}/` : `commits/${dataset}/`,
  /** What an engine wrote in an attempt at a model; counts for nothing, and expires. */
  unload: (run: string, model: string, attempt: number) => `unloads/${run}/${model}/${attempt}/`,
  run: (quarter: string, run: string) => `runs/${quarter}/${run}.json`,
  release: (quarter: string, release: number) => `releases/${quarter}/${release}/`,
  current: (quarter: string) => `releases/${quarter}/current.json`,
} as const

/** Number of a commit as its file is named. */
export const commitName = (n: number) => `${String(n).padStart(6, '0')}.json`

/** Whether deliveries of this dataset are for a quarter. */
export const isQuarterly = (dataset: Table) => dataset.layer === 'quarterly'
