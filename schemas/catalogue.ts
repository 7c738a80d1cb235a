import { datasets } from './datasets/index.ts'
import { type LogicalTypeSpec, logicalTypes } from './logical-types.ts'
import { marts } from './marts/index.ts'
import { modelColumns } from './model-columns.ts'
import { rolled_purchases } from './rolled.ts'
import { type FileColumn, rowColumns } from './row-files.ts'
import type { Table } from './table.ts'

/** Types of columns in Glue's words; `int` only for small numbers of models and for partitions. */
export type GlueType = LogicalTypeSpec['glue'] | 'int'

/** A column as a catalogue knows it. */
export interface CatalogueColumn {
  readonly name: string
  readonly type: GlueType
  readonly comment?: string
}

/** A partition that no catalogue lists: its values are projected into the keys of files. */
export interface CataloguePartition {
  readonly name: string
  readonly type: 'int' | 'string'
  /** First and last of the values; without it a query has to state the one value it is about. */
  readonly range?: readonly [number, number]
}

/** A table of the lake for whatever engine reads it: Parquet files below a prefix. */
export interface CatalogueTable {
  readonly name: string
  readonly description: string
  readonly columns: readonly CatalogueColumn[]
  /** Prefix of its files' keys. */
  readonly prefix: string
  readonly partitions: readonly CataloguePartition[]
  /** Prefix of the files of one partition, with `${name}` in the place of values; absent without partitions. */
  readonly template?: string
}

const years = [2000, 2099] as const
const quarters = [1, 4] as const
/** Partitions of rows that came for a quarter. */
const QUARTERLY: readonly CataloguePartition[] = [
  { name: 'year', type: 'int', range: years },
  { name: 'quarter', type: 'int', range: quarters },
]
/** Partitions of what runs leave behind: columns that name the run, beside the model's own. */
export const RUN_PARTITIONS: readonly CataloguePartition[] = [
  { name: 'run_year', type: 'int', range: years },
  { name: 'run_quarter', type: 'int', range: quarters },
  { name: 'run', type: 'string' },
]

const fileColumns = (columns: readonly FileColumn[]): CatalogueColumn[] =>
  columns.map(({ name, type, description }) => ({
    name,
    type: logicalTypes[type].glue,
    comment: description.en,
  }))

const partitioned = (prefix: string) => ({
  prefix,
  partitions: QUARTERLY,
  template: `${prefix}year=\${year}/quarter=\${quarter}/`,
})

function datasetTable(table: Table): CatalogueTable {
  const prefix = `curated/${table.name}/`
  return {
    name: table.name,
    description: table.grain.en,
    columns: fileColumns(rowColumns(table)),
    ...(table.layer === 'quarterly' ? partitioned(prefix) : { prefix, partitions: [] }),
  }
}

const rolledTable: CatalogueTable = {
  name: rolled_purchases.name,
  description: rolled_purchases.grain.en,
  columns: fileColumns(rolled_purchases.columns),
  ...partitioned('rolled/purchases/'),
}

function runTable(name: string, description: string, columns: readonly CatalogueColumn[]): CatalogueTable {
  const prefix = `models/${name}/`
  const template = `${prefix}year=\${run_year}/quarter=\${run_quarter}/run=\${run}/`
  return { name, description, columns, prefix, partitions: RUN_PARTITIONS, template }
}

const modelTables = Object.entries(modelColumns).map(([name, columns]) =>
  runTable(
    name,
    name === 'inputs' ? 'A delivery that a run rests on.' : 'A step of a run.',
    Object.entries(columns).map(([name, type]) => ({ name, type })),
  ),
)
const martTables = marts.map(({ name, grain, columns }) => runTable(name, grain.en, fileColumns(columns)))

/** Every table of the lake: datasets and purchases rolled up, then what runs leave behind, marts last. */
export const catalogue: readonly CatalogueTable[] = [
  ...datasets.map(datasetTable),
  rolledTable,
  ...modelTables,
  ...martTables,
]

/** Columns of what runs leave behind, by model; those that name the run are not among them. */
export const runColumns: ReadonlyMap<string, readonly CatalogueColumn[]> = new Map(
  [...modelTables, ...martTables].map(({ name, columns }) => [name, columns]),
)

/** A column in Glue's own words. */
export interface GlueTableColumn {
  readonly Name: string
  readonly Type: string
  readonly Comment?: string
}

/** `TableInput` of Glue's CreateTable and of AWS::Glue::Table. */
export interface GlueTableInput {
  readonly Name: string
  readonly Description: string
  readonly TableType: 'EXTERNAL_TABLE'
  readonly Parameters: Readonly<Record<string, string>>
  readonly PartitionKeys: readonly GlueTableColumn[]
  readonly StorageDescriptor: {
    readonly Columns: readonly GlueTableColumn[]
    readonly Location: string
    readonly InputFormat: string
    readonly OutputFormat: string
    readonly SerdeInfo: {
      readonly SerializationLibrary: string
      readonly Parameters: Readonly<Record<string, string>>
    }
    readonly Compressed: boolean
    readonly NumberOfBuckets: number
    readonly BucketColumns: readonly string[]
    readonly SortColumns: readonly []
    readonly StoredAsSubDirectories: boolean
    readonly Parameters: Readonly<Record<string, string>>
  }
}

const HIVE = 'org.apache.hadoop.hive.ql.io.parquet'

/**
 * The Glue table over a table of the lake.
 *
 * @param lake_url `s3://bucket` or `s3://bucket/prefix`; taken as it is, so that it may be a token of a template
 */
export function glueTableInput(table: CatalogueTable, lake_url: string): GlueTableInput {
  return {
    Name: table.name,
    Description: table.description,
    TableType: 'EXTERNAL_TABLE',
    Parameters: { EXTERNAL: 'TRUE', classification: 'parquet', ...projection(table, lake_url) },
    PartitionKeys: table.partitions.map(({ name, type }) => ({ Name: name, Type: type })),
    StorageDescriptor: {
      Columns: table.columns.map(({ name, type, comment }) => ({
        Name: name,
        Type: type,
        ...(comment === undefined ? {} : { Comment: comment }),
      })),
      Location: `${lake_url}/${table.prefix}`,
      InputFormat: `${HIVE}.MapredParquetInputFormat`,
      OutputFormat: `${HIVE}.MapredParquetOutputFormat`,
      SerdeInfo: {
        SerializationLibrary: `${HIVE}.serde.ParquetHiveSerDe`,
        Parameters: { 'serialization.format': '1' },
      },
      Compressed: false,
      // Trino 435 fails on a table that leaves these three out
      NumberOfBuckets: -1,
      BucketColumns: [],
      SortColumns: [],
      StoredAsSubDirectories: false,
      Parameters: {},
    },
  }
}

/** Athena's parameters for partitions that are projected. https://docs.aws.amazon.com/athena/latest/ug/partition-projection.html */
function projection({ partitions, template }: CatalogueTable, lake_url: string): Record<string, string> {
  if (template === undefined) return {}
  const each = partitions.flatMap(({ name, range }): [string, string][] =>
    range
      ? [
          [`projection.${name}.type`, 'integer'],
          [`projection.${name}.range`, range.join(',')],
        ]
      : [[`projection.${name}.type`, 'injected']],
  )
  return {
    'projection.enabled': 'true',
    ...Object.fromEntries(each),
    'storage.location.template': `${lake_url}/${template}`,
  }
}
