import { createReadStream } from 'node:fs'
import { request as http, type IncomingMessage } from 'node:http'
import { request as https } from 'node:https'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { failureOf, withRetries } from './api-client.ts'

/** Where a file is to be put. */
export interface Place {
  readonly method: 'PUT'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/** The store says that the object is there: an earlier try came through. */
const THERE_ALREADY = 412
const MOST_TEXT = 10_000

/** Puts a file to its place, again from the beginning if the way there breaks. */
export async function putFile(
  place: Place,
  file: string,
  onProgress: (bytes: number) => void,
): Promise<void> {
  // the query of the URL is as good as a password
  const subject = `PUT ${new URL(place.url).origin}`
  const { status, text } = await withRetries(subject, () => put(place, file, onProgress))
  if (status >= 300 && status !== THERE_ALREADY) throw failureOf(subject, status, text)
}

async function put({ method, url, headers }: Place, file: string, onProgress: (bytes: number) => void) {
  const request = (url.startsWith('https:') ? https : http)(url, { method, headers })
  const answered = new Promise<IncomingMessage>((done, failed) => {
    request.once('response', done)
    request.once('error', failed)
  })
  let sent = 0
  const metered = new Transform({
    transform(chunk: Buffer, _, done) {
      sent += chunk.length
      onProgress(sent)
      done(null, chunk)
    },
  })
  // who is refused early is told why, though not all could be sent
  const sending = pipeline(createReadStream(file), metered, request).catch(() => undefined)
  const response = await answered
  const text = await textOf(response)
  await sending
  return { status: response.statusCode ?? 0, text }
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of response.setEncoding('utf8')) if (text.length < MOST_TEXT) text += chunk
  return text
}
