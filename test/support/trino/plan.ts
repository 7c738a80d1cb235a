/** What Trino means to do for a statement. */
export interface Plan {
  /** Fragments of the distributed plan; Trino refuses 150. */
  readonly stages: number
  /** Of each scan of a quarterly table, the years whose partitions it reads. */
  readonly scans: readonly { readonly table: string; readonly years: readonly number[] }[]
}

/** Reads the text that `explain (type distributed)` answers, which names what is left of each partition key. */
export function planOf(text: string): Plan {
  const scans = text.split(/(?=(?:TableScan|Scan(?:Filter|Project)+)\[)/).slice(1)
  return {
    stages: text.match(/^Fragment \d+/gm)?.length ?? 0,
    scans: scans.flatMap((scan) => {
      const table = /table = \w+:\w+:(\w+)/.exec(scan)?.[1]
      const left = /\byear:int:PARTITION_KEY\s+:: \[\[(.*)\]\]/.exec(scan)?.[1]
      return table === undefined || left === undefined
        ? []
        : [{ table, years: [...left.matchAll(/\d+/g)].map(Number) }]
    }),
  }
}
