/** Values on their way between the image and SQL. */
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
