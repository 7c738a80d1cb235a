import { type CheckRule, checkRules } from './check-rules.ts'
import { datasets } from './datasets/index.ts'
import { type LandingRule, landingRules } from './landing-rules.ts'
import { logicalTypes } from './logical-types.ts'
import { marts } from './marts/index.ts'
import { openApi } from './openapi.ts'
import { protectedColumns, untold_sums } from './published.ts'
import { rolled_purchases } from './rolled.ts'
import type { Column, Reference, Table } from './table.ts'

/** A field of a Frictionless Table Schema, https://specs.frictionlessdata.io/table-schema/ */
interface TableSchemaField {
  readonly name: string
  readonly type: string
  readonly description: string
  readonly constraints: Readonly<Record<string, unknown>>
}

/** JSON Schema (2020-12) of one row of a table as JSON. */
export function jsonSchema(table: Table): object {
  const properties = Object.fromEntries(table.columns.map((column) => [column.name, jsonColumn(column)]))
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: table.name,
    description: table.grain.en,
    type: 'object',
    properties,
    required: table.columns.map(({ name }) => name),
    additionalProperties: false,
  }
}

function jsonColumn(column: Column): object {
  const { type, ...rest } = logicalTypes[column.type].jsonSchema as { type: string }
  const bounds = {
    ...(column.minimum === undefined ? {} : { minimum: column.minimum }),
    ...(column.maximum === undefined ? {} : { maximum: column.maximum }),
    ...(column.above === undefined ? {} : { exclusiveMinimum: column.above }),
  }
  const values = column.values ? { enum: column.nullable ? [...column.values, null] : column.values } : {}
  return {
    type: column.nullable ? [type, 'null'] : type,
    ...rest,
    ...bounds,
    ...values,
    description: column.description.en,
  }
}

/** Table Schema of a table's CSV. */
export function tableSchema(table: Table): object {
  return {
    description: table.grain.en,
    fields: table.columns.map(tableSchemaField),
    missingValues: [''],
    ...(table.key.length > 0 ? { primaryKey: table.key } : {}),
    ...foreignKeys(table),
  }
}

function tableSchemaField(column: Column): TableSchemaField {
  const { pattern } = logicalTypes[column.type].jsonSchema as { pattern?: string }
  return {
    name: column.name,
    type: logicalTypes[column.type].tableSchema,
    description: column.description.en,
    constraints: {
      required: !column.nullable,
      ...(column.minimum === undefined ? {} : { minimum: column.minimum }),
      ...(column.maximum === undefined ? {} : { maximum: column.maximum }),
      ...(column.values ? { enum: column.values } : {}),
      ...(pattern ? { pattern } : {}),
    },
  }
}

/** References that a Table Schema can state: those without words of their own such as `all`. */
function foreignKeys(table: Table): object {
  const references = table.columns.flatMap(({ references }) =>
    references && !references.or ? [references] : [],
  )
  if (references.length === 0) return {}
  return {
    foreignKeys: references.map(({ columns, keys, table: other }: Reference) => ({
      fields: columns,
      reference: { resource: other === table.name ? '' : other, fields: keys },
    })),
  }
}

const pretty = (value: object) => `${JSON.stringify(value, null, 2)}\n`

/** Every generated file: path from the project's root → content. */
export function generatedFiles(): Map<string, string> {
  const files = new Map<string, string>()
  for (const table of [...datasets, ...marts]) {
    files.set(`docs/schemas/${table.name}.schema.json`, pretty(jsonSchema(table)))
    files.set(`docs/schemas/${table.name}.tableschema.json`, pretty(tableSchema(table)))
  }
  files.set('docs/data-dictionary.md', dictionary())
  files.set('docs/openapi.json', pretty(openApi()))
  return files
}

function dictionary(): string {
  const section = (title: string, tables: readonly Table[]) => [
    `## ${title}`,
    '',
    ...tables.flatMap(tableText),
  ]
  return [
    '# Data dictionary',
    '',
    'Every table and column, in Swedish and English. **Bold** is the key, `?` may be empty. Units are in brackets.',
    '',
    ...section(
      'Reference datasets',
      datasets.filter(({ layer }) => layer === 'reference'),
    ),
    ...section(
      'Quarterly datasets',
      datasets.filter(({ layer }) => layer === 'quarterly'),
    ),
    ...section('Rolled up at landing', [rolled_purchases]),
    ...section('Marts', marts),
    ...releaseText(),
    '## Landing rules',
    '',
    'Why a row or a file can be refused: `rule` of a problem.',
    '',
    '| rule | på svenska | in English |',
    '|---|---|---|',
    ...(Object.keys(landingRules) as LandingRule[]).map(
      (rule) => `| \`${rule}\` | ${landingRules[rule].sv} | ${landingRules[rule].en} |`,
    ),
    '',
    '## Check rules',
    '',
    'What must hold of a run: `rule` of a violation, and the name of its file in `sql/checks/`. An error stops a release.',
    '',
    '| rule | severity | på svenska | in English |',
    '|---|---|---|---|',
    ...Object.entries<CheckRule>(checkRules).map(
      ([rule, { severity, holds }]) => `| \`${rule}\` | ${severity} | ${holds.sv} | ${holds.en} |`,
    ),
    '',
    '## Types',
    '',
    '| type | DuckDB | Glue, Athena, Trino | Arrow | Table Schema |',
    '|---|---|---|---|---|',
    ...Object.entries(logicalTypes).map(
      ([name, type]) =>
        `| \`${name}\` | ${type.duckdb} | ${type.glue} | ${type.arrow} | ${type.tableSchema} |`,
    ),
    '',
    'Generated from `schemas/` by `npm run generate`.',
    '',
  ].join('\n')
}

/** What is different in a release, which is public. */
function releaseText(): string[] {
  return [
    '## In a release',
    '',
    'A release has every mart. Figures that would tell what one farm or plant delivers are empty, `withheld` says why',
    '(`few_contributors`, `dominance`, or `secondary`: it could be worked out), and an opportunity keeps its',
    '`order_of_magnitude`. In `coverage`, deliveries of production and processing have no name. Can be empty:',
    '',
    '| mart | columns |',
    '|---|---|',
    ...Object.entries(protectedColumns).map(
      ([mart, columns]) => `| ${mart} | ${columns.map((name) => `\`${name}\``).join(', ')} |`,
    ),
    '',
    ...tableText(untold_sums),
  ]
}

function tableText(table: Table): string[] {
  return [
    `### ${table.name}`,
    '',
    `${table.grain.sv} / ${table.grain.en}`,
    '',
    '| column | type | på svenska | in English |',
    '|---|---|---|---|',
    ...table.columns.map((column) => {
      const name = table.key.includes(column.name) ? `**${column.name}**` : column.name
      const type = `${column.type}${column.unit ? ` [${column.unit}]` : ''}${limits(column)}`
      return `| ${name}${column.nullable ? '?' : ''} | ${type} | ${column.description.sv} | ${column.description.en} |`
    }),
    '',
  ]
}

function limits(column: Column): string {
  const bounds = [
    column.above === undefined ? [] : [`> ${column.above}`],
    column.minimum === undefined ? [] : [`≥ ${column.minimum}`],
    column.maximum === undefined ? [] : [`≤ ${column.maximum}`],
    column.values ? [column.values.map((value) => `\`${value}\``).join(', ')] : [],
    column.references
      ? [
          `→ ${column.references.table}${column.references.or ? ` or ${column.references.or.join(', ')}` : ''}`,
        ]
      : [],
  ].flat()
  return bounds.length > 0 ? `; ${bounds.join(', ')}` : ''
}
