import { tableToIPC } from '@uwdata/flechette'
import { cellText, type MartRow, martCsv } from '../../core/mart-text.ts'
import { unknownName } from '../../core/names.ts'
import { plainRows, query as read } from '../../core/query.ts'
import { logicalTypes } from '../../schemas/logical-types.ts'
import type { Table } from '../../schemas/table.ts'
import { type Command, EXIT, quarterOption, text } from '../command.ts'
import { headlines } from '../headlines.ts'
import { styled, type Terminal, textTable, whole } from '../terminal.ts'

const FORMATS = ['table', 'csv', 'json', 'arrow']
/** Rows that a table on a terminal shows at most. */
const SHOWN = 60

export const query: Command = {
  name: 'query',
  summary: 'reads a mart: gaps, balances, bottlenecks, shares, servings, opportunities or coverage',
  arguments: 'MART [--quarter Q] [--run R] [--where column=value] [--format F]',
  positionals: [1, 1],
  options: {
    quarter: { ...quarterOption, help: 'default the newest quarter that has a run' },
    run: { type: 'string', placeholder: 'R', help: 'default the newest run of the quarter' },
    where: {
      type: 'string',
      multiple: true,
      placeholder: 'C=V',
      help: 'only rows with this value; nothing after = means null',
    },
    format: { type: 'string', placeholder: 'F', help: `${FORMATS.join(', ')}; default table` },
    'all-columns': {
      type: 'boolean',
      help: 'a table with every column, not only those that people read first',
    },
  },
  examples: [
    'skafferi query opportunities --where zoning=county --where zone=24',
    'skafferi query gaps --where product_group=carrot --format csv > carrot.csv',
  ],
  async run(context) {
    const { terminal, values } = context
    const format = terminal.json ? 'json' : (text(context, 'format') ?? 'table')
    if (!FORMATS.includes(format)) throw unknownName('format', format, FORMATS)
    const { table, record, arrow, notices } = await read(context.storage, {
      mart: context.positionals[0]!,
      quarter: text(context, 'quarter'),
      run: text(context, 'run'),
      where: (values.where ?? []) as string[],
    })
    if (format === 'arrow') terminal.write(tableToIPC(arrow, { format: 'stream' }) ?? new Uint8Array())
    else if (format === 'csv') terminal.write(martCsv(table, plainRows(arrow)))
    else if (format === 'json') terminal.answer(plainRows(arrow))
    else sayTable(terminal, table, plainRows(arrow), values['all-columns'] === true)
    if (format === 'table')
      terminal.say(
        styled('dim', `${whole(arrow.numRows)} rows of ${table.name}, ${record.quarter}, run ${record.run}`),
      )
    for (const notice of notices) terminal.note(styled('yellow', notice))
    return EXIT.done
  },
}

function sayTable(terminal: Terminal, table: Table, rows: readonly MartRow[], all_columns: boolean): void {
  const view = headlines[table.name]
  const columns = table.columns.filter(({ name }) => all_columns || !view || view.columns.includes(name))
  const isNumber = columns.map(({ type }) => ['number', 'integer'].includes(logicalTypes[type].tableSchema))
  const ordered = view?.order && !all_columns ? rows.toSorted(view.order) : rows
  const shown = process.stdout.isTTY ? ordered.slice(0, SHOWN) : ordered
  const cells = shown.map((row) =>
    columns.map((column, at) => (isNumber[at] ? forPeople(cellText(column, row)) : cellText(column, row))),
  )
  terminal.say(
    textTable(
      columns.map(({ name }) => name),
      cells,
      isNumber.map((number) => (number ? 'right' : 'left')),
    ),
  )
  if (shown.length < rows.length)
    terminal.say(`… and ${whole(rows.length - shown.length)} more rows (--format csv has all)`)
}

/** Large numbers without decimals, in groups of three digits. */
function forPeople(cell: string): string {
  return Math.abs(Number(cell)) >= 100 ? whole(Number(cell)) : cell
}
