/** Values on their way between the image and SQL, and the digest by which a damaged row is noticed. */
import type { ColumnKind, Plain } from '@stemma/core/image'
import { fromText, toText } from '../record/plain-text.js'

export type SqlValue = null | number | bigint | string

export function toSql(kind: ColumnKind, plain: Plain): SqlValue {
  if (plain === null) return null
  switch (kind) {
    case 'number':
    case 'text':
      return plain as number | string
    case 'flag':
      return plain === true ? 1 : 0
    case 'amount':
      return BigInt.asIntN(64, plain as bigint) === plain ? (plain as bigint) : String(plain)
    case 'json':
      return toText(plain)
  }
}

export function fromSql(kind: ColumnKind, value: SqlValue): Plain {
  if (value === null) return null
  switch (kind) {
    case 'number':
      return Number(value)
    case 'text':
      return value as string
    case 'flag':
      return Number(value) === 1
    case 'amount':
      return BigInt(value)
    case 'json':
      return fromText(value as string)
  }
}

const DIGEST_MASK = 2n ** 64n

/** Sum of row digests modulo 2^64: a row's part can be taken out and put in without reading the others. */
export const sumDigests = (sum: bigint, change: bigint): bigint =>
  BigInt.asUintN(64, sum + change + DIGEST_MASK)

/** 52 bits over all values of a row: two rounds of FNV-1a with different starts. Finds damage, not malice; the chain does that. */
export function rowDigest(table: number, values: readonly SqlValue[]): number {
  let first = 0x811c9dc5 ^ table
  let second = 0x01000193 + table
  for (const value of values) {
    const text = value === null ? '\u0000' : typeof value === 'string' ? value : String(value)
    for (let index = 0; index < text.length; index += 1) {
      const unit = text.charCodeAt(index)
      first = Math.imul(first ^ unit, 0x01000193)
      second = Math.imul(second ^ unit, 0x85ebca6b) + 1
    }
    first = Math.imul(first ^ 0x1f, 0x01000193)
    second = Math.imul(second ^ 0x1f, 0x85ebca6b) + 1
  }
  return (first >>> 0) * 2 ** 20 + (second >>> 12)
}
