import { type FileHandle, open } from 'node:fs/promises'
import { readStruct, type ThriftStruct } from './thrift.ts'

const MAGIC = Buffer.from('PAR1')
/** Field of `FileMetaData`, https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift */
const NUM_ROWS = 3

/** Reads a Parquet file's footer; its pages end where `body_end` says. */
export async function readFooter(
  handle: FileHandle,
  path: string,
): Promise<{ footer: ThriftStruct; body_end: number }> {
  const { size } = await handle.stat()
  const tail = Buffer.alloc(8)
  if (size > 8) await handle.read(tail, 0, 8, size - 8)
  const length = tail.readUInt32LE(0)
  if (!tail.subarray(4).equals(MAGIC) || length > size - 8) throw new Error(`not a Parquet file: ${path}`)
  const bytes = Buffer.alloc(length)
  await handle.read(bytes, 0, length, size - 8 - length)
  return { footer: readStruct(bytes), body_end: size - 8 - length }
}

/** Rows of a local Parquet file, as its footer tells. */
export async function parquetRowCount(path: string): Promise<number> {
  const handle = await open(path)
  try {
    const { footer } = await readFooter(handle, path)
    return Number(footer.get(NUM_ROWS)!.value)
  } finally {
    await handle.close()
  }
}
