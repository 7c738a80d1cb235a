import { plainRows } from '../../core/query.ts'
import { sql as ask } from '../../core/sql.ts'
import { type Command, EXIT } from '../command.ts'
import { styled, textTable, whole } from '../terminal.ts'

export const sql: Command = {
  name: 'sql',
  summary: "one read-only SELECT over the lake's datasets and marts",
  arguments: '"SELECT …"',
  positionals: [1, 1],
  options: {},
  examples: [
    'skafferi sql "select zone, sum(shortfall_sek) as sek from gaps where zoning = \'county\' group by zone"',
    'tables: every dataset, rolled_purchases, and the marts with the newest run of each quarter',
  ],
  async run(context) {
    const { terminal } = context
    const { arrow, notices } = await ask(context.storage, context.positionals[0]!)
    const rows = plainRows(arrow)
    if (terminal.json) terminal.answer(rows)
    const names = arrow.schema.fields.map(({ name }) => name)
    terminal.say(
      textTable(
        names,
        rows.map((row) => names.map((name) => String(row[name] ?? ''))),
      ),
    )
    terminal.say(styled('dim', `${whole(rows.length)} rows`))
    for (const notice of notices) terminal.note(styled('yellow', notice))
    return EXIT.done
  },
}
