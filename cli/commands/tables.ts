import { SkafferiError } from '../../core/errors.ts'
import { TABLE_FORMATS, tableFormat, tablesFor } from '../../core/tables.ts'
import { type Command, EXIT, text } from '../command.ts'

export const tables: Command = {
  name: 'tables',
  summary: 'what another engine needs to read the lake: its tables in that engine’s words',
  arguments: `--format ${TABLE_FORMATS.join('|')}`,
  positionals: [0, 0],
  options: {
    format: {
      type: 'string',
      placeholder: 'F',
      help: 'trino (Hive connector), glue (TableInputs) or duckdb (views)',
    },
    schema: { type: 'string', placeholder: 'NAME', help: 'of Trino, for the tables; default skafferi' },
  },
  examples: [
    'skafferi tables --format trino --lake s3://bucket > tables.sql && trino --catalog hive -f tables.sql',
    'skafferi tables --format duckdb > tables.sql && duckdb -init tables.sql',
    'the tables hold every delivery and every run',
  ],
  async run(context) {
    const { storage, terminal } = context
    const format = text(context, 'format')
    if (format === undefined)
      throw new SkafferiError('usage', `--format is missing (valid: ${TABLE_FORMATS.join(', ')})`)
    const found = await tablesFor(storage, tableFormat(format), text(context, 'schema') ?? 'skafferi')
    if (terminal.json) terminal.answer(found.format === 'glue' ? found.tables : found.statements)
    else if (found.format === 'glue') terminal.say(JSON.stringify(found.tables, null, 2))
    else {
      for (const remark of found.remarks) terminal.say(`-- ${remark}`)
      for (const statement of found.statements) terminal.say(`${statement};\n`)
    }
    return EXIT.done
  },
}
