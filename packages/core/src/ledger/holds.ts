/** What the commands and the expiry of holds share. */
import type { Plain, Row } from '../image/index.js'
import { type Amount, subtract } from '../money/index.js'
import { entriesData, type LedgerContext, type PostedEntry } from './ledger.js'

export function recordHold(
  { ledger: { holds }, hierarchy, emit }: LedgerContext,
  row: Row,
  happened: 'created' | 'captured' | 'released' | 'expired',
  change: { readonly before: Amount; readonly after: Amount },
  entries: readonly PostedEntry[] = [],
  more: { readonly [key: string]: Plain } = {},
): void {
  const { amount: _amount, ...shown } = holds.read(row)
  const path = hierarchy.pathOfAccount(hierarchy.accounts.row(shown.account))
  const counterPath = entries[1]?.path ?? path
  emit({
    kind: `hold.${happened}`,
    subject: `hld_${holds.id(row)}`,
    paths: path === counterPath ? [path] : [path, counterPath],
    data: { id: holds.id(row), ...shown, ...change, ...more, entries: entriesData(entries) },
  })
}

/** Gives back part of a hold; a hold of which nothing is left is gone. */
export function lowerHold({ ledger }: LedgerContext, row: Row, by: Amount): Amount {
  const { holds } = ledger
  const left = subtract(holds.amount.get(row), by)
  ledger.release(holds.account.get(row), holds.currency.get(row), by)
  holds.amount.set(row, left)
  return left
}
