import { SkafferiError } from '../../core/errors.ts'
import { type ExplainedModel, type Explanation, explain as walk } from '../../core/lineage/explain.ts'
import type { SourceLine } from '../../core/lineage/sources.ts'
import { cellText, type MartRow, type MartValue } from '../../core/mart-text.ts'
import { quarterAt } from '../../core/quarter.ts'
import { logicalTypes } from '../../schemas/logical-types.ts'
import { marts } from '../../schemas/marts/index.ts'
import type { Column } from '../../schemas/table.ts'
import { type Command, type CommandContext, EXIT, quarterOption, text } from '../command.ts'
import { styled, type Terminal, textTable, whole } from '../terminal.ts'

/** Rows of a model, and lines of a file, that people are shown. */
const SHOWN = 12

export const explain: Command = {
  name: 'explain',
  summary: 'walks one number back: model by model, to delivery, file and line',
  arguments: 'MART KEY… [--column C] [--quarter Q] [--run R]',
  positionals: [1, 12],
  options: {
    column: { type: 'string', placeholder: 'C', help: "the number; default the mart's main one" },
    quarter: { ...quarterOption, help: 'default the newest quarter that has a run' },
    run: { type: 'string', placeholder: 'R', help: 'default the newest run of the quarter' },
    rows: {
      type: 'string',
      placeholder: 'N',
      help: `rows of each model and lines of each file to show; default ${SHOWN}, with --json 1000 and 10000`,
    },
  },
  examples: [
    'skafferi explain gaps county 24 potato washed --column procurable_kg',
    'skafferi explain shares place=2482 definition=organic product_group=all measure_unit=sek --json',
  ],
  async run(context) {
    const { terminal, positionals } = context
    const rows = rowsOption(context)
    const most = rows ?? (terminal.json ? undefined : SHOWN)
    const explanation = await walk(context.storage, {
      mart: positionals[0]!,
      key: positionals.slice(1),
      quarter: text(context, 'quarter'),
      run: text(context, 'run'),
      column: text(context, 'column'),
      ...(most === undefined ? {} : { most_rows: most, most_lines: most }),
    })
    if (terminal.json) terminal.answer(explanation)
    else sayExplanation(terminal, explanation)
    for (const notice of explanation.notices) terminal.note(styled('yellow', notice))
    return EXIT.done
  },
}

function rowsOption(context: CommandContext): number | undefined {
  const rows = text(context, 'rows')
  if (rows === undefined) return undefined
  if (!/^[1-9][0-9]{0,8}$/.test(rows))
    throw new SkafferiError('usage', `not a number of rows: ${JSON.stringify(rows)} (valid: 1 and more)`)
  return Number(rows)
}

function sayExplanation(terminal: Terminal, explanation: Explanation): void {
  sayNumber(terminal, explanation)
  terminal.say(`\n${styled('bold', 'How it came about')}, from the mart back to what was delivered`)
  const [some, none] = [
    explanation.models.filter(({ rows }) => rows.length > 0),
    explanation.models.filter(({ rows }) => rows.length === 0),
  ]
  for (const model of some) sayModel(terminal, model, explanation.mart)
  if (none.length > 0) terminal.say(`\n${styled('bold', 'Looked at, and nothing there')}`)
  for (const { model, one_row } of none) terminal.say(`  ${model}: ${one_row}`)
  sayLines(terminal, explanation)
}

function sayNumber(
  terminal: Terminal,
  { mart, quarter, run, key, column, value, formula, others }: Explanation,
) {
  const keyText = Object.entries(key).map(([name, value]) => `${name} ${value}`)
  terminal.say(`${mart}.${column}, ${keyText.join(', ')}, ${quarter} ${styled('dim', `run ${run}`)}`)
  const row = Object.fromEntries([
    ...Object.entries(key),
    [column, value],
    ...others.map((one) => [one.column, one.value]),
  ])
  const cell = (name: string) => martCell(mart, name, row)
  terminal.say(`\n  ${styled('bold', cell(column))}\n  ${formula.en}`)
  terminal.say(`\n${styled('bold', 'The rest of its row')}`)
  for (const one of others)
    terminal.say(`  ${one.column} ${styled('bold', cell(one.column))}: ${one.formula.en}`)
}

/** A mart's cell with its unit. */
function martCell(mart: string, name: string, row: MartRow): string {
  const column = marts.find((table) => table.name === mart)!.columns.find((one) => one.name === name)!
  const value = cellText(column, row)
  if (value === '') return '(empty)'
  return isNumber(column) ? [value, unitOf(column, row)].filter(Boolean).join(' ') : value
}

const isNumber = ({ type }: Column) => ['number', 'integer'].includes(logicalTypes[type].tableSchema)

function unitOf({ unit, decimals_by }: Column, row: MartRow): string {
  if (decimals_by) return String(row[decimals_by.column]).replace('sek', 'SEK')
  return unit === undefined || unit === '1' ? '' : unit
}

function sayModel(terminal: Terminal, model: ExplainedModel, mart: string): void {
  const from = model.reads.length > 0 ? ` ${styled('dim', `← ${model.reads.join(', ')}`)}` : ''
  terminal.say(`\n${styled('bold', model.model)}${from}`)
  terminal.say(`  one row: ${model.one_row}; answers: ${model.answers}`)
  if (model.model === mart) terminal.say('  the row above')
  else sayRows(terminal, model)
}

/** Rows as a table; what is the same in all of them is said once. */
function sayRows(terminal: Terminal, { rows, rows_total }: ExplainedModel): void {
  const names = Object.keys(rows[0] ?? {})
  const same = names.filter((name) => rows.every((row) => row[name] === rows[0]![name]))
  const differing = names.filter((name) => !same.includes(name))
  const often = rows.length > 1 ? `${whole(rows_total)} rows, in all shown: ` : ''
  if (same.length > 0)
    terminal.say(
      `  ${often}${same.map((name) => `${spoken(name)} ${plain(name, rows[0]![name]!)}`).join(', ')}`,
    )
  if (differing.length > 0) {
    const numeric = differing.map((name) => rows.some((row) => typeof row[name] === 'number'))
    const cells = rows.map((row) => differing.map((name) => plain(name, row[name]!)))
    const table = textTable(
      differing.map(spoken),
      cells,
      numeric.map((number) => (number ? 'right' : 'left')),
    )
    terminal.say(table.replaceAll(/^/gm, '  '))
  }
  if (rows_total > rows.length) terminal.say(`  … and ${whole(rows_total - rows.length)} more`)
}

/** Models count quarters; people name them. */
const spoken = (name: string) => (name === 'quarter_index' ? 'quarter' : name)

/** A value as people read it, numbers to three decimals or to the third that counts. */
function plain(name: string, value: MartValue): string {
  if (name === 'quarter_index') return quarterAt(Number(value)).name
  if (value === null) return '–'
  if (typeof value !== 'number' || Number.isInteger(value)) return String(value)
  return String(Number(Math.abs(value) < 1 ? value.toPrecision(4) : value.toFixed(3)))
}

function sayLines(terminal: Terminal, { deliveries, lines, lines_total }: Explanation): void {
  const of = Map.groupBy(lines, ({ delivery }) => delivery)
  terminal.say(
    `\n${styled('bold', 'Where it comes from')}: ${count(lines_total, 'line')} of ${count(deliveries.length, 'delivery', 'deliveries')}, as received`,
  )
  for (const one of deliveries) {
    const scope = [one.dataset, one.source, one.quarter].filter((part) => part !== null).join(' ')
    terminal.say(
      `\n${styled('bold', scope)} ${styled('dim', `delivery ${one.delivery}, received ${one.received_at}`)}`,
    )
    terminal.say(`  ${one.file}`)
    sayTexts(terminal, one.header, of.get(one.delivery) ?? [])
    const left = one.lines - (of.get(one.delivery)?.length ?? 0)
    if (one.lines === 0)
      terminal.say(
        `  ${whole(one.rows)} rows accepted, ${whole(one.refused_rows)} refused; commit ${one.commit}, sha256 ${one.sha256}`,
      )
    if (left > 0) terminal.say(`  … and ${whole(left)} more`)
  }
}

const count = (number: number, one: string, more = `${one}s`) =>
  `${whole(number)} ${number === 1 ? one : more}`

function sayTexts(terminal: Terminal, header: string, lines: readonly SourceLine[]): void {
  if (lines.length === 0) return
  const width = Math.max(...lines.map(({ line }) => String(line).length))
  // a quoted cell may go on over several lines of the file
  const onOneLine = (record: string) => record.replaceAll(/\r?\n/g, '↵')
  terminal.say(`  ${' '.repeat(width)}  ${styled('dim', onOneLine(header))}`)
  for (const { line, text } of lines) terminal.say(`  ${String(line).padStart(width)}  ${onOneLine(text)}`)
}
