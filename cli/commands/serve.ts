import { once } from 'node:events'
import type { ApiRequest } from '../../core/api/http.ts'
import { SkafferiError } from '../../core/errors.ts'
import { type Command, type CommandContext, EXIT, text } from '../command.ts'
import { LocalAnalyses } from '../serve/analyses.ts'
import { startServer } from '../serve/server.ts'
import { LocalUploads } from '../serve/uploads.ts'

export const serve: Command = {
  name: 'serve',
  summary: 'the HTTP API on this machine, for this machine alone',
  arguments: '[--port N]',
  positionals: [0, 0],
  options: {
    port: { type: 'string', placeholder: 'N', help: 'default 8080; 0 = any that is free' },
  },
  examples: ['skafferi serve --lake ./lake', 'curl http://127.0.0.1:8080/v1/marts/gaps?product_group=potato'],
  async run(context) {
    const { storage, terminal } = context
    const onFault = (error: unknown, request?: Pick<ApiRequest, 'method' | 'path'>) =>
      terminal.note(`${request ? `${request.method} ${request.path}: ` : ''}${wordsOf(error)}`)
    let origin = ''
    const uploads = new LocalUploads(storage, () => origin, onFault)
    const analyses = new LocalAnalyses(storage.url, onFault)
    const server = await startServer({
      context: { storage, uploads, analyses, onFault },
      port: readPort(context),
    })
    origin = server.origin
    if (terminal.json) terminal.answer({ url: origin, lake: storage.url })
    terminal.say(`serving ${storage.url} on ${origin}; Ctrl-C ends it`)
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
    terminal.note('ending: requests under way are answered first')
    await Promise.all([server.close(), analyses.stop()])
    await uploads.idle()
    return EXIT.done
  },
}

/** What is expected and explained needs no stack. */
function wordsOf(error: unknown): string {
  if (error instanceof SkafferiError) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

function readPort(context: CommandContext): number {
  const given = text(context, 'port') ?? '8080'
  const port = Number(given)
  if (/^[0-9]{1,5}$/.test(given) && port < 65_536) return port
  throw new SkafferiError('usage', `not a port: ${JSON.stringify(given)} (valid: 0 to 65535)`)
}
