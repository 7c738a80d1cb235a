import type { Column, Table } from './table.ts'

/** A column as files and other engines need to know it. */
export type FileColumn = Pick<Column, 'name' | 'type' | 'description'>

/** What landing adds to every row: whose it is, and where in the file it stood. */
const ENVELOPE: readonly FileColumn[] = [
  { name: 'delivery', type: 'code', description: { sv: 'Leverans.', en: 'Delivery.' } },
  { name: 'source', type: 'code', description: { sv: 'Uppgiftslämnare.', en: 'Source.' } },
  { name: 'line', type: 'count', description: { sv: 'Rad i filen.', en: 'Line of the file.' } },
]

/** Columns of a dataset's row files; a dataset with a column `source` of its own keeps that one. */
export function rowColumns({ columns }: Table): readonly FileColumn[] {
  return [...columns, ...ENVELOPE.filter((one) => !columns.some(({ name }) => name === one.name))]
}
