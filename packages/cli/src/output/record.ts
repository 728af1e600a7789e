/** Answers as flat records: what tables and CSV show of a JSON object. */
export type FlatRecord = Readonly<Record<string, string>>

/** One line of text for any JSON value; null and absent are empty. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.join(' ')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** The object with one level of nesting undone where a list of objects does not stand in the way. */
export function flatten(value: unknown): FlatRecord {
  if (typeof value !== 'object' || value === null) return { value: cellText(value) }
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, cellText(part)]))
}

/** What an answer lists: the items of a page, or null where it is one record. */
export function itemsOf(answer: unknown): readonly unknown[] | null {
  if (typeof answer !== 'object' || answer === null || !('items' in answer)) return null
  return Array.isArray(answer.items) ? answer.items : null
}
