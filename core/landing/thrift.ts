/**
 * Thrift's compact protocol without schemas, as far as Parquet's footers use it: what is read is written back
 * byte for byte, unknown fields included.
 * https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
export type ThriftValue = bigint | number | boolean | Uint8Array | ThriftList | ThriftStruct

/** A list of values of one wire type. */
export interface ThriftList {
  readonly type: number
  values: ThriftValue[]
}

/** A struct: field id → wire type and value, in the order of the ids. */
export type ThriftStruct = Map<number, { readonly type: number; value: ThriftValue }>

const TRUE = 1
const FALSE = 2
const BYTE = 3
const I16 = 4
const I32 = 5
const I64 = 6
const DOUBLE = 7
const BINARY = 8
const LIST = 9
const SET = 10
const STRUCT = 12

/** Reads one struct. */
export function readStruct(bytes: Uint8Array): ThriftStruct {
  return new Reader(bytes).struct()
}

/** Writes one struct. */
export function writeStruct(struct: ThriftStruct): Uint8Array {
  const writer = new Writer()
  writer.struct(struct)
  return Uint8Array.from(writer.bytes)
}

class Reader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  struct(): ThriftStruct {
    const fields: ThriftStruct = new Map()
    let id = 0
    for (let head = this.#byte(); head !== 0; head = this.#byte()) {
      const type = head & 15
      id = head >> 4 === 0 ? Number(this.#zigzag()) : id + (head >> 4)
      fields.set(id, { type, value: type === TRUE || type === FALSE ? type === TRUE : this.#value(type) })
    }
    return fields
  }

  #value(type: number): ThriftValue {
    switch (type) {
      case TRUE:
      case FALSE:
        return this.#byte() === TRUE
      case BYTE:
        return this.#byte()
      case I16:
      case I32:
      case I64:
        return this.#zigzag()
      case DOUBLE:
        return this.#slice(8)
      case BINARY:
        return this.#slice(Number(this.#varint()))
      case LIST:
      case SET:
        return this.#list()
      case STRUCT:
        return this.struct()
      default:
        throw new Error(`thrift: type ${type} is not read here`)
    }
  }

  #list(): ThriftList {
    const head = this.#byte()
    const size = head >> 4 === 15 ? Number(this.#varint()) : head >> 4
    return { type: head & 15, values: Array.from({ length: size }, () => this.#value(head & 15)) }
  }

  #zigzag(): bigint {
    const value = this.#varint()
    return (value >> 1n) ^ -(value & 1n)
  }

  #varint(): bigint {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.#byte()
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return value
    }
  }

  #slice(length: number): Uint8Array {
    this.#at += length
    return this.#bytes.slice(this.#at - length, this.#at)
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++]
    if (byte === undefined) throw new Error('thrift: the bytes end inside a value')
    return byte
  }
}

class Writer {
  readonly bytes: number[] = []

  struct(struct: ThriftStruct): void {
    let previous = 0
    for (const [id, { type, value }] of struct) {
      const written = type === TRUE || type === FALSE ? (value ? TRUE : FALSE) : type
      const step = id - previous
      if (step > 0 && step < 16) this.bytes.push((step << 4) | written)
      else {
        this.bytes.push(written)
        this.#zigzag(BigInt(id))
      }
      if (type !== TRUE && type !== FALSE) this.#value(type, value)
      previous = id
    }
    this.bytes.push(0)
  }

  #value(type: number, value: ThriftValue): void {
    switch (type) {
      case TRUE:
      case FALSE:
        this.bytes.push(value ? TRUE : FALSE)
        break
      case BYTE:
        this.bytes.push(value as number)
        break
      case I16:
      case I32:
      case I64:
        this.#zigzag(value as bigint)
        break
      case BINARY:
        this.#varint(BigInt((value as Uint8Array).length))
        for (const byte of value as Uint8Array) this.bytes.push(byte)
        break
      case DOUBLE:
        for (const byte of value as Uint8Array) this.bytes.push(byte)
        break
      case STRUCT:
        this.struct(value as ThriftStruct)
        break
      default:
        this.#list(value as ThriftList)
    }
  }

  #list({ type, values }: ThriftList): void {
    if (values.length < 15) this.bytes.push((values.length << 4) | type)
    else {
      this.bytes.push(0xf0 | type)
      this.#varint(BigInt(values.length))
    }
    for (const value of values) this.#value(type, value)
  }

  #zigzag(value: bigint): void {
    this.#varint(BigInt.asUintN(64, (value << 1n) ^ (value >> 63n)))
  }

  #varint(value: bigint): void {
    let rest = value
    while (rest >= 128n) {
      this.bytes.push(Number(rest & 127n) | 128)
      rest >>= 7n
    }
    this.bytes.push(Number(rest))
  }
}
