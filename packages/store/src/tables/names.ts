/** What tables and columns are called in SQL. */
import type { HistoryTable } from '@stemma/core/image'

export const snakeCase = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
export const quoted = (name: string): string => `"${snakeCase(name)}"`

/** History tables have names of their own beside the primary tables. */
export const historyName = (table: HistoryTable): string => quoted(`history_${table.name}`)
