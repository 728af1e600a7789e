/** Pages of history as lines of CSV, a page at a time; without a row there is no header either. */
import type { HistoryQuery, HistoryRow } from '@stemma/core'
import { stringify } from 'csv-stringify/sync'
import type { Call } from './call.js'
import { PAGE_SIZE_MAX, readHistory } from './pages.js'

type Line = Readonly<Record<string, unknown>>

export interface Listing {
  readonly table: string
  /** The order columns of the table. */
  readonly order: readonly string[]
  readonly query: Omit<HistoryQuery, 'limit' | 'after'>
  lines(rows: readonly HistoryRow[]): Promise<readonly Line[]>
}

export async function* csvOf(call: Call, { table, order, query, lines }: Listing): AsyncGenerator<string> {
  let header = true
  for (let after: readonly number[] | null = null; ; ) {
    const page = await readHistory(call, table, order, query, { size: PAGE_SIZE_MAX, after })
    const shown = await lines(page.rows)
    if (shown.length > 0) {
      yield csvText(shown, header)
      header = false
    }
    const last = page.rows.at(-1)
    if (page.eof || last === undefined) return
    after = order.map((column) => Number(last[column]))
  }
}

/** Objects within a line are JSON. A value that a spreadsheet would take for a formula is escaped. */
export const csvText = (lines: readonly Line[], header: boolean): string =>
  stringify([...lines], { header, escape_formulas: true, cast: { boolean: String } })
