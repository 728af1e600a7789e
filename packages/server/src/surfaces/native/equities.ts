/** Equity beside the entries of an account, which stands in a table of its own: most accounts have none. */
import type { AccountId, CurrencyCode, HistoryRow } from '@stemma/core'
import { equitiesAt } from '../../host/equities.js'
import type { Host } from '../../services.js'

/** Rows of one account, each with what the account was worth after its command; null where nobody kept it. */
export async function withEquities(
  host: Host,
  rows: readonly HistoryRow[],
  currencyOf: (row: HistoryRow, host: Host) => CurrencyCode,
): Promise<readonly HistoryRow[]> {
  const account = Number(rows[0]?.account) as AccountId
  const sequences = new Map<CurrencyCode, number[]>()
  for (const row of rows) {
    const currency = currencyOf(row, host)
    const known = sequences.get(currency)
    if (known === undefined) sequences.set(currency, [Number(row.sequence)])
    else known.push(Number(row.sequence))
  }
  const found = new Map(
    await Promise.all(
      [...sequences].map(
        async ([currency, wanted]) => [currency, await equitiesAt(host, account, currency, wanted)] as const,
      ),
    ),
  )
  const equityOf = (row: HistoryRow) => found.get(currencyOf(row, host))?.get(Number(row.sequence)) ?? null
  return rows.map((row) => ({ ...row, equity: equityOf(row) }))
}
