/**
 * Time as the image keeps it: whole microseconds since 1970-01-01T00:00:00Z, exact in a number until 2255.
 * Nothing in here reads a clock; an instant comes in with a command.
 */
export type Instant = number & { readonly __brand: 'Instant' }

export const MICROSECOND = 1
export const MILLISECOND = 1_000
export const SECOND = 1_000_000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

export const instant = (microseconds: number): Instant => microseconds as Instant
export const fromMilliseconds = (milliseconds: number): Instant =>
  Math.round(milliseconds * MILLISECOND) as Instant
export const toMilliseconds = (at: Instant): number => Math.floor(at / MILLISECOND)
export const after = (at: Instant, microseconds: number): Instant => (at + microseconds) as Instant

/** RFC 3339 in UTC with six digits, e.g. `2026-11-20T17:00:00.000250Z`. */
export function formatInstant(at: Instant): string {
  const milliseconds = Math.floor(at / MILLISECOND)
  const rest = String(at - milliseconds * MILLISECOND).padStart(3, '0')
  return `${new Date(milliseconds).toISOString().slice(0, -1)}${rest}Z`
}

const RFC_3339 = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})$/

/** Reads RFC 3339 with up to nine digits of a second (digits beyond the microsecond are cut), or undefined. */
export function parseInstant(text: string): Instant | undefined {
  const match = RFC_3339.exec(text)
  if (match === null) return undefined
  const seconds = Date.parse(`${match[1]}${match[3]}`)
  if (Number.isNaN(seconds)) return undefined
  const fraction = Number((match[2] ?? '').padEnd(6, '0').slice(0, 6))
  return (seconds * MILLISECOND + fraction) as Instant
}
