import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import type { ParquetFile } from './parquet-concat.ts'
import { readFooter } from './parquet-footer.ts'
import { type ThriftList, type ThriftStruct, type ThriftValue, writeStruct } from './thrift.ts'

const MAGIC = Buffer.from('PAR1')
const CHUNK_BYTES = 8 << 20
const I32 = 5
const I64 = 6
const BINARY = 8
const LIST = 9
const STRUCT = 12

// ids and numbers of https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
const FILE = { schema: 2, num_rows: 3, row_groups: 4, column_orders: 7 } as const
const ROW_GROUP = { columns: 1, total_byte_size: 2, num_rows: 3, total_compressed_size: 6 } as const
const SCHEMA_CHILDREN = 5
const PHYSICAL = { int64: 2, byte_array: 6 } as const
const ENCODING = { plain: 0, rle: 3, delta_binary_packed: 5, rle_dictionary: 8 } as const
const DATA_PAGE = 0
const DICTIONARY_PAGE = 2
const DELTA_BLOCK = 128
const MINIBLOCKS = 4

/** Values of the columns that landing adds to every row. */
export interface Envelope {
  readonly delivery: string
  readonly source: string
  /** `line` of the first row; every further row is one line below. */
  readonly first_line: number
}

/**
 * Adds the columns `delivery`, `source` and `line` to a Parquet file, without touching what is in it: their pages
 * follow the file's last page, and a new footer names them. `like` is a Parquet file with just these three
 * columns, whose schema they get.
 */
export async function addEnvelope(path: string, like: string, envelope: Envelope): Promise<ParquetFile> {
  const elements = await schemaOf(like)
  const file = await open(path, 'r+')
  try {
    const { footer, body_end } = await readFooter(file, path)
    await file.truncate(body_end)
    const tail = new Tail(body_end)
    addSchema(footer, elements)
    let line = envelope.first_line
    for (const group of structs(footer.get(FILE.row_groups)!.value)) {
      const rows = Number(group.get(ROW_GROUP.num_rows)!.value)
      addChunk(group, constantChunk(tail, 'delivery', envelope.delivery, rows))
      addChunk(group, constantChunk(tail, 'source', envelope.source, rows))
      addChunk(group, lineChunk(tail, line, rows))
      line += rows
    }
    tail.add(footerBytes(footer))
    const written = tail.bytes()
    await writeAll(file, written, body_end)
    const sha256 = await hashBody(file, body_end, written)
    return { rows: Number(footer.get(FILE.num_rows)!.value), bytes: body_end + written.length, sha256 }
  } finally {
    await file.close()
  }
}

async function schemaOf(path: string): Promise<ThriftStruct[]> {
  const file = await open(path)
  try {
    return structs((await readFooter(file, path)).footer.get(FILE.schema)!.value).slice(1)
  } finally {
    await file.close()
  }
}

const structs = (value: ThriftValue) => (value as ThriftList).values as ThriftStruct[]

function addSchema(footer: ThriftStruct, elements: readonly ThriftStruct[]): void {
  const schema = structs(footer.get(FILE.schema)!.value)
  const children = schema[0]!.get(SCHEMA_CHILDREN)!
  children.value = (children.value as bigint) + BigInt(elements.length)
  schema.push(...elements)
  const orders = footer.get(FILE.column_orders)
  if (orders) structs(orders.value).push(...elements.map(() => structs(orders.value)[0]!))
}

/** A column's pages of one row group, as they lie in the file. */
interface Chunk {
  readonly struct: ThriftStruct
  readonly bytes: bigint
}

function addChunk(group: ThriftStruct, { struct, bytes }: Chunk): void {
  structs(group.get(ROW_GROUP.columns)!.value).push(struct)
  for (const id of [ROW_GROUP.total_byte_size, ROW_GROUP.total_compressed_size]) {
    const field = group.get(id)
    if (field) field.value = (field.value as bigint) + bytes
  }
}

/** One text in every row: a dictionary of one value, and one run of references to it. */
function constantChunk(tail: Tail, name: string, value: string, rows: number): Chunk {
  const text = Buffer.from(value)
  const start = tail.end
  const header = struct([1, I32, 1n], [2, I32, BigInt(ENCODING.plain)])
  tail.add(page(DICTIONARY_PAGE, [7, STRUCT, header], Buffer.concat([uint32(text.length), text])))
  const data_page = tail.end
  tail.add(dataPage(rows, ENCODING.rle_dictionary, Buffer.concat([Buffer.of(1), run(rows, 0)])))
  return chunk(tail, PHYSICAL.byte_array, name, rows, {
    encodings: [ENCODING.plain, ENCODING.rle, ENCODING.rle_dictionary],
    data_page,
    dictionary_page: start,
    minimum: text,
    maximum: text,
  })
}

/** Numbers that rise by one: the first, and for each block of the others the difference and no bits. */
function lineChunk(tail: Tail, first: number, rows: number): Chunk {
  const data_page = tail.end
  const blocks = Math.ceil((rows - 1) / DELTA_BLOCK)
  const head = [varint(DELTA_BLOCK), varint(MINIBLOCKS), varint(rows), varint(2 * first)]
  const block = Buffer.concat([varint(2), Buffer.alloc(MINIBLOCKS)])
  const values = Buffer.concat([...head, ...Array.from({ length: blocks }, () => block)])
  tail.add(dataPage(rows, ENCODING.delta_binary_packed, values))
  return chunk(tail, PHYSICAL.int64, 'line', rows, {
    encodings: [ENCODING.rle, ENCODING.delta_binary_packed],
    data_page,
    minimum: int64(first),
    maximum: int64(first + rows - 1),
  })
}

interface ChunkParts {
  readonly encodings: readonly number[]
  readonly data_page: number
  readonly dictionary_page?: number
  readonly minimum: Uint8Array
  readonly maximum: Uint8Array
}

function chunk(tail: Tail, type: number, name: string, rows: number, parts: ChunkParts): Chunk {
  const { encodings, data_page, dictionary_page, minimum, maximum } = parts
  const start = dictionary_page ?? data_page
  const bytes = BigInt(tail.end - start)
  const statistics = struct([3, I64, 0n], [5, BINARY, maximum], [6, BINARY, minimum])
  const meta = struct(
    [1, I32, BigInt(type)],
    [2, LIST, { type: I32, values: encodings.map(BigInt) }],
    [3, LIST, { type: BINARY, values: [Buffer.from(name)] }],
    [4, I32, 0n],
    [5, I64, BigInt(rows)],
    [6, I64, bytes],
    [7, I64, bytes],
    [9, I64, BigInt(data_page)],
    ...(dictionary_page === undefined ? [] : [[11, I64, BigInt(dictionary_page)] as Field]),
    [12, STRUCT, statistics],
  )
  return { struct: struct([2, I64, BigInt(start)], [3, STRUCT, meta]), bytes }
}

/** A data page without nulls: a run of definition levels 1, then the values. */
function dataPage(rows: number, encoding: number, values: Uint8Array): Buffer {
  const levels = run(rows, 1)
  const rle = BigInt(ENCODING.rle)
  const header = struct([1, I32, BigInt(rows)], [2, I32, BigInt(encoding)], [3, I32, rle], [4, I32, rle])
  return page(DATA_PAGE, [5, STRUCT, header], Buffer.concat([uint32(levels.length), levels, values]))
}

function page(type: number, header: Field, content: Uint8Array): Buffer {
  const size = BigInt(content.length)
  return Buffer.concat([
    writeStruct(struct([1, I32, BigInt(type)], [2, I32, size], [3, I32, size], header)),
    content,
  ])
}

type Field = readonly [id: number, type: number, value: ThriftValue]
const struct = (...fields: Field[]): ThriftStruct =>
  new Map(fields.map(([id, type, value]) => [id, { type, value }]))

/** The same small number so many times, in the run-length encoding with one byte a value. */
const run = (times: number, value: number) => Buffer.concat([varint(2 * times), Buffer.of(value)])

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128)
  return Buffer.from([...bytes, rest])
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

function int64(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64LE(BigInt(value))
  return bytes
}

function footerBytes(footer: ThriftStruct): Buffer {
  const bytes = writeStruct(footer)
  return Buffer.concat([bytes, uint32(bytes.length), MAGIC])
}

/** Bytes that will follow what a file holds already. */
class Tail {
  end: number
  readonly #pieces: Uint8Array[] = []

  constructor(end: number) {
    this.end = end
  }

  add(bytes: Uint8Array): void {
    this.#pieces.push(bytes)
    this.end += bytes.length
  }

  bytes(): Buffer {
    return Buffer.concat(this.#pieces)
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    at += (await file.write(bytes, at, bytes.length - at, position + at)).bytesWritten
  }
}

async function hashBody(file: FileHandle, body_end: number, tail: Uint8Array): Promise<string> {
  const hash = createHash('sha256')
  const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES)
  for (let at = 0; at < body_end; ) {
    const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, body_end - at), at)
    if (bytesRead === 0) throw new Error('a Parquet file became shorter while it was read')
    hash.update(buffer.subarray(0, bytesRead))
    at += bytesRead
  }
  return hash.update(tail).digest('hex')
}
