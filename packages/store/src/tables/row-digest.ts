/**
 * The digest by which damaged or lost rows of the tables are noticed: a number for each row, kept in it, and the sum of
 * all of them, kept beside them. A row's part of the sum can be taken out and put in without reading the others. It
 * finds damage, not malice; against that stands the chain of the journal, from which the tables can be made again.
 */
import type { SqlValue } from './row-values.js'

/** Sum of row digests modulo 2^128. */
export const sumDigests = (sum: bigint, change: bigint): bigint => BigInt.asUintN(128, sum + change)

const scratch = new DataView(new ArrayBuffer(8))

/** 53 bits over a table's place in the schema and all values of a row, as SQL has them. */
export class RowDigest {
  private first = 0
  private second = 0

  /** Of the first `length` of the values. */
  of(table: number, values: readonly SqlValue[], length = values.length): number {
    this.first = 0x811c9dc5 ^ table
    this.second = 0x01000193 + table
    for (let index = 0; index < length; index += 1) this.add(values[index] as SqlValue)
    return (this.second >>> 11) * 2 ** 32 + (this.first >>> 0)
  }

  /** Whole numbers count alike whether they come as numbers or as bigints, so that readers may choose. */
  private add(value: SqlValue): void {
    if (typeof value === 'string') this.addText(value)
    else if (value === null) this.mix(0x6e756c6c)
    else if (typeof value === 'number' && Number.isSafeInteger(value)) this.addWhole(value)
    else if (typeof value === 'bigint') this.addBigint(value)
    else this.addFloat(value)
  }

  private addBigint(value: bigint): void {
    const number = Number(value)
    if (Number.isSafeInteger(number)) this.addWhole(number)
    else this.addText(String(value))
  }

  private addWhole(value: number): void {
    this.mix(value | 0)
    this.mix(Math.floor(value / 2 ** 32))
  }

  private addFloat(value: number): void {
    scratch.setFloat64(0, value)
    this.mix(scratch.getInt32(0))
    this.mix(scratch.getInt32(4))
  }

  /** Two units at once: most of what is digested is text. */
  private addText(text: string): void {
    const even = text.length & ~1
    for (let index = 0; index < even; index += 2)
      this.mix(text.charCodeAt(index) | (text.charCodeAt(index + 1) << 16))
    if (even < text.length) this.mix(text.charCodeAt(even))
    this.mix(~text.length)
  }

  /** Two multiplicative hashes of different constants, each folding its high bits back (MurmurHash3's mixing). */
  private mix(word: number): void {
    this.first = Math.imul(this.first ^ word, 0x85ebca6b)
    this.first ^= this.first >>> 15
    this.second = Math.imul(this.second ^ word, 0xc2b2ae35)
    this.second ^= this.second >>> 13
  }
}
