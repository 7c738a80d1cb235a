import { tableToIPC } from '@uwdata/flechette'
import { filterColumns, pageParameters } from '../../schemas/api-requests.ts'
import { marts } from '../../schemas/marts/index.ts'
import type { Table } from '../../schemas/table.ts'
import { martCsv } from '../mart-text.ts'
import { unknownName } from '../names.ts'
import { plainRows, type QueryResult, query } from '../query.ts'
import { negotiate } from './accept.ts'
import type { ApiContext, RouteRequest } from './context.ts'
import { cursorOf, readCursor } from './cursor.ts'
import { type ApiResponse, MOST_ANSWER_BYTES, transportBytes } from './http.ts'
import { readQuery } from './parameters.ts'
import { etagOf } from './validators.ts'

/** Media types in which a mart's rows are given, the usual one first. */
export const MART_TYPES = ['application/json', 'text/csv', 'application/vnd.apache.arrow.stream'] as const
type MartType = (typeof MART_TYPES)[number]

/** What is asked of a mart. */
interface Question {
  readonly table: Table
  readonly media: MartType
  readonly where: readonly string[]
  readonly quarter: string | undefined
  readonly run: string | undefined
  readonly offset: number
  /** What must be the same on every page. */
  readonly words: readonly string[]
}

/** A page as it is sent. */
interface Page {
  readonly found: QueryResult
  readonly next: string | null
  readonly body: string | Uint8Array
}

/** Rows of a mart, page by page of one run. */
export async function readMart(context: ApiContext, request: RouteRequest): Promise<ApiResponse> {
  const media = negotiate(request.headers.accept, MART_TYPES)
  const table = marts.find(({ name }) => name === request.parameters.mart)!
  const { where, quarter, run, cursor, limit } = conditions(table, request.query)
  const words = [table.name, quarter ?? '', run ?? '', ...where.toSorted()]
  const position = cursor === undefined ? null : readCursor(words, cursor)
  const question: Question = {
    ...{ table, media, where, quarter, words },
    run: position?.of ?? run,
    offset: position?.offset ?? 0,
  }
  const page = await readPage(context, question, limit)
  return {
    status: 200,
    headers: headersOf(request, question, page),
    body: page.body,
  }
}

function conditions(table: Table, query: URLSearchParams) {
  const columns = filterColumns(table).map(({ name }) => name)
  const plain = new URLSearchParams()
  const where: string[] = []
  for (const [name, value] of query) {
    if (pageParameters.some((parameter) => parameter.name === name)) plain.append(name, value)
    else if (columns.includes(name)) where.push(`${name}=${value}`)
    else
      throw unknownName(`column of ${table.name}`, name, [
        ...pageParameters.map((one) => one.name),
        ...columns,
      ])
  }
  const { limit, ...values } = readQuery(plain, pageParameters)
  const { quarter, run, cursor } = values as Record<string, string | undefined>
  return { where, quarter, run, cursor, limit: Number(limit) }
}

/** The page with as many rows as are asked for, or as can be sent. */
async function readPage({ storage }: ApiContext, question: Question, most: number): Promise<Page> {
  const { table, media, where, quarter, run, offset, words } = question
  for (let limit = most; ; limit = Math.floor(limit / 2)) {
    const found = await query(storage, { mart: table.name, quarter, run, where, limit, offset })
    const end = offset + found.arrow.numRows
    const next = end < found.total ? cursorOf(words, { of: found.record.run, offset: end }) : null
    const body = bodyOf(found, media, next)
    if (transportBytes(body) <= MOST_ANSWER_BYTES || limit <= 1) return { found, next, body }
  }
}

function bodyOf(found: QueryResult, media: MartType, next: string | null): string | Uint8Array {
  const { table, record, arrow, notices } = found
  if (media === 'application/vnd.apache.arrow.stream')
    return tableToIPC(arrow, { format: 'stream' }) ?? new Uint8Array()
  const rows = plainRows(arrow)
  if (media === 'text/csv') return martCsv(table, rows)
  return JSON.stringify({ mart: table.name, quarter: record.quarter, run: record.run, notices, rows, next })
}

function headersOf(request: RouteRequest, { media }: Question, { found, next, body }: Page) {
  const { record, notices } = found
  const named = request.query.has('run') || request.query.has('cursor')
  return {
    'content-type': media === 'text/csv' ? 'text/csv; charset=utf-8; header=present' : media,
    etag: etagOf(body),
    vary: 'Accept',
    'cache-control': named ? 'private, max-age=31536000, immutable' : 'private, no-cache',
    'skafferi-quarter': record.quarter,
    'skafferi-run': record.run,
    ...(notices.length > 0 ? { 'skafferi-notice': notices.join('; ') } : {}),
    ...(next === null ? {} : { link: `<${nextUrl(request, next)}>; rel="next"` }),
  }
}

function nextUrl({ path, query: asked }: RouteRequest, cursor: string): string {
  const query = new URLSearchParams(asked)
  query.set('cursor', cursor)
  return `${path}?${query}`
}
