import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { readFooter } from './parquet-footer.ts'
import { type ThriftList, type ThriftStruct, writeStruct } from './thrift.ts'

const MAGIC = Buffer.from('PAR1')
const CHUNK_BYTES = 8 << 20

// field ids of https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
const FILE = { schema: 2, num_rows: 3, row_groups: 4 } as const
const ROW_GROUP = { columns: 1, file_offset: 5 } as const
const COLUMN = { file_offset: 2, meta_data: 3 } as const
// offset and column index: optional, and the former holds offsets that would have to be moved as well
const PAGE_INDEX = [4, 5, 6, 7]
const COLUMN_META = { data_page: 9, index_page: 10, dictionary_page: 11, bloom_filter: 14 } as const

/** A finished Parquet file. */
export interface ParquetFile {
  readonly rows: number
  readonly bytes: number
  readonly sha256: string
}

/**
 * Puts the row groups of Parquet files that share one schema into one file, in the order given, by copying
 * their bytes and writing one footer. Nothing is decoded, so it costs a copy. Throws if the schemas differ.
 */
export async function concatParquet(from: readonly string[], to: string): Promise<ParquetFile> {
  const out = new HashingFile(await open(to, 'wx'))
  try {
    await out.write(MAGIC)
    let footer: ThriftStruct | undefined
    for (const path of from) footer = await append(path, out, footer)
    if (footer === undefined) throw new Error('no Parquet files to put together')
    const bytes = writeStruct(footer)
    const length = Buffer.alloc(4)
    length.writeUInt32LE(bytes.length)
    await out.write(bytes)
    await out.write(length)
    await out.write(MAGIC)
    return { rows: Number(footer.get(FILE.num_rows)!.value), bytes: out.bytes, sha256: out.digest() }
  } finally {
    await out.close()
  }
}

/** Copies a file's row groups to `out` and adds them to the footer so far. */
async function append(
  path: string,
  out: HashingFile,
  footer: ThriftStruct | undefined,
): Promise<ThriftStruct> {
  const handle = await open(path)
  try {
    const { footer: own, body_end } = await readFooter(handle, path)
    const shift = BigInt(out.bytes - MAGIC.length)
    const groups = own.get(FILE.row_groups)!.value as ThriftList
    for (const group of groups.values) shiftRowGroup(group as ThriftStruct, shift)
    for (let at = MAGIC.length; at < body_end; ) {
      const { buffer, bytesRead } = await handle.read(
        Buffer.alloc(Math.min(CHUNK_BYTES, body_end - at)),
        0,
        undefined,
        at,
      )
      await out.write(buffer.subarray(0, bytesRead))
      at += bytesRead
    }
    if (footer === undefined) return own
    if (!sameSchema(footer, own)) throw new Error(`the schema of ${path} differs from the first file's`)
    const rows = footer.get(FILE.num_rows)!
    rows.value = (rows.value as bigint) + (own.get(FILE.num_rows)!.value as bigint)
    const all = footer.get(FILE.row_groups)!.value as ThriftList
    all.values.push(...groups.values)
    return footer
  } finally {
    await handle.close()
  }
}

function shiftRowGroup(group: ThriftStruct, shift: bigint): void {
  shiftField(group, ROW_GROUP.file_offset, shift)
  for (const column of (group.get(ROW_GROUP.columns)!.value as ThriftList).values as ThriftStruct[]) {
    shiftField(column, COLUMN.file_offset, shift)
    for (const id of PAGE_INDEX) column.delete(id)
    const meta = column.get(COLUMN.meta_data)!.value as ThriftStruct
    for (const id of Object.values(COLUMN_META)) shiftField(meta, id, shift)
  }
}

/** Moves an offset; 0 stands for none. */
function shiftField(struct: ThriftStruct, id: number, shift: bigint): void {
  const field = struct.get(id)
  if (field !== undefined && field.value !== 0n) field.value = (field.value as bigint) + shift
}

function sameSchema(a: ThriftStruct, b: ThriftStruct): boolean {
  const bytes = (footer: ThriftStruct) => writeStruct(new Map([[FILE.schema, footer.get(FILE.schema)!]]))
  return Buffer.compare(bytes(a), bytes(b)) === 0
}

/** A file that is written once from front to back and hashed on the way. */
class HashingFile {
  bytes = 0
  readonly #handle: FileHandle
  readonly #hash = createHash('sha256')

  constructor(handle: FileHandle) {
    this.#handle = handle
  }

  async write(bytes: Uint8Array): Promise<void> {
    // unlike `write`, goes on until every byte is written
    await this.#handle.appendFile(bytes)
    this.#hash.update(bytes)
    this.bytes += bytes.length
  }

  digest(): string {
    return this.#hash.digest('hex')
  }

  async close(): Promise<void> {
    await this.#handle.close()
  }
}
