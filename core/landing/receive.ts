import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'

const CHUNK_BYTES = 4 << 20
/** A window without a line end may belong to a record that is longer than one may be. */
const WINDOW_BYTES = 512 << 10
/** How many bytes are forced to disk together while the rest is still being read. */
const SYNC_BYTES = 64 << 20
const LF = 10

/** A received file: its copy's hash and size, and what its bytes look like. */
export interface Received {
  readonly sha256: string
  readonly bytes: number
  /** Line ends, and one more where the last line has none. */
  readonly lines: number
  /** Whether every line is a record: UTF-8 without quotes, carriage returns, NUL, blank or overlong lines. */
  readonly plain: boolean
}

/** Copies a file, hashes it and looks at its bytes, in one pass. */
export async function receive(
  file: string,
  copy_to: string,
  onProgress: (bytes: number, total: number) => void = () => {},
): Promise<Received> {
  const from = await open(file)
  try {
    const to = await open(copy_to, 'wx')
    try {
      return await new Receiver(from, to, onProgress).run()
    } finally {
      await to.close()
    }
  } finally {
    await from.close()
  }
}

class Receiver {
  readonly #from: FileHandle
  readonly #to: FileHandle
  readonly #onProgress: (bytes: number, total: number) => void
  readonly #hash = createHash('sha256')
  #bytes = 0
  #line_ends = 0
  #last = LF
  #plain = true
  /** The line that goes on in the next chunk, as far as it has been read. */
  #rest = Buffer.alloc(0)
  #synced = 0
  #syncing: Promise<void> = Promise.resolve()

  constructor(from: FileHandle, to: FileHandle, onProgress: (bytes: number, total: number) => void) {
    this.#from = from
    this.#to = to
    this.#onProgress = onProgress
  }

  async run(): Promise<Received> {
    const { size } = await this.#from.stat()
    const chunk_bytes = Math.min(CHUNK_BYTES, size + 1)
    let buffer = Buffer.allocUnsafeSlow(chunk_bytes)
    let other = Buffer.allocUnsafeSlow(chunk_bytes)
    let chunk = await this.#fill(buffer)
    while (chunk.length > 0) {
      const reading = this.#fill(other)
      const writing = this.#to.appendFile(chunk)
      this.#look(chunk)
      // both use the file and its buffers: neither may be left behind when the other one fails
      await Promise.allSettled([reading, writing])
      await writing
      const next = await reading
      this.#syncNowAndThen()
      this.#onProgress(this.#bytes, size)
      ;[buffer, other] = [other, buffer]
      chunk = next
    }
    await this.#syncing
    return {
      sha256: this.#hash.digest('hex'),
      bytes: this.#bytes,
      lines: this.#line_ends + (this.#last === LF ? 0 : 1),
      plain: this.#plain && isUtf8(this.#rest),
    }
  }

  async #fill(buffer: Buffer): Promise<Buffer> {
    let filled = 0
    while (filled < buffer.length) {
      const { bytesRead } = await this.#from.read(buffer, filled, buffer.length - filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    return buffer.subarray(0, filled)
  }

  #look(chunk: Buffer): void {
    this.#hash.update(chunk)
    this.#line_ends += countLineEnds(chunk)
    if (this.#plain) this.#plain = this.#isPlain(chunk)
    this.#last = chunk.at(-1)!
    this.#bytes += chunk.length
  }

  #isPlain(chunk: Buffer): boolean {
    if (this.#last === LF && chunk[0] === LF) return false
    if (['"', '\r', '\0', '\n\n'].some((text) => chunk.includes(text))) return false
    for (let at = 0; at + WINDOW_BYTES <= chunk.length; at += WINDOW_BYTES) {
      if (!chunk.subarray(at, at + WINDOW_BYTES).includes(LF)) return false
    }
    return this.#isUtf8(chunk)
  }

  #isUtf8(chunk: Buffer): boolean {
    // a line end is a character of its own, so what lies before the last one can be judged without the rest
    const cut = chunk.lastIndexOf(LF) + 1
    const first = chunk.indexOf(LF) + 1
    const across = Buffer.concat([this.#rest, chunk.subarray(0, first)])
    this.#rest = Buffer.concat([first === 0 ? across : Buffer.alloc(0), chunk.subarray(cut)])
    return isUtf8(first === 0 ? Buffer.alloc(0) : across) && isUtf8(chunk.subarray(first, cut))
  }

  /** The store forces the copy to disk in the end; what has gone there by then need not be waited for. */
  #syncNowAndThen(): void {
    if (this.#bytes - this.#synced < SYNC_BYTES) return
    this.#synced = this.#bytes
    this.#syncing = this.#syncing.then(() => this.#to.datasync())
    this.#syncing.catch(() => undefined)
  }
}

/** Four bytes at a time: a call per line would take longer than everything else that is done with the bytes. */
function countLineEnds(chunk: Buffer): number {
  const words = new Int32Array(chunk.buffer, chunk.byteOffset, chunk.length >> 2)
  let count = 0
  for (let at = 0; at < words.length; at++) {
    const word = words[at]! ^ 0x0a0a0a0a
    // the high bit of each byte that is zero
    const zeros = ~(((word & 0x7f7f7f7f) + 0x7f7f7f7f) | word | 0x7f7f7f7f)
    if (zeros === 0) continue
    count += ((zeros >>> 7) & 1) + ((zeros >>> 15) & 1) + ((zeros >>> 23) & 1) + (zeros >>> 31)
  }
  for (let at = words.length << 2; at < chunk.length; at++) count += chunk[at] === LF ? 1 : 0
  return count
}
