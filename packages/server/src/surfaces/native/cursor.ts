/** Cursors: where a page ended, opaque to callers. */
import { type Plain, refuse } from '@stemma/core'

export const encodeCursor = (place: Plain): string => Buffer.from(JSON.stringify(place)).toString('base64url')

export function decodeCursor(cursor: string): Plain {
  try {
    const place: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    if (isPlace(place)) return place as Plain
  } catch {
    // Falls through: whatever it is, it is none of our cursors.
  }
  return refuse('malformed', 'expected a cursor of an earlier page', { field: '/cursor' })
}

const isValue = (value: unknown): boolean =>
  value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)
const isPlace = (place: unknown): boolean =>
  isValue(place) || (Array.isArray(place) && place.length <= 8 && place.every(isValue))
