/**
 * The history of the margin room: what an account under standard margin was worth in a currency after each command that
 * booked money or contracts of it. It follows from marks that move on, so nothing else that is kept could say it later.
 */
import type { Event, HistoryRow, HistoryTable } from '../image/index.js'
import type { AccountEquity } from './standard/equities.js'

export const EQUITIES: HistoryTable = {
  name: 'equities',
  columns: [
    { name: 'sequence', kind: 'number' },
    { name: 'position', kind: 'number' },
    { name: 'time', kind: 'number' },
    { name: 'account', kind: 'number' },
    { name: 'currency', kind: 'text' },
    { name: 'equity', kind: 'amount' },
  ],
  key: ['sequence', 'position'],
  indexes: [['account', 'currency', 'sequence', 'position']],
  order: ['sequence', 'position'],
  isAppended: true,
  rows({ sequence, time, data }: Event) {
    const equities = data.equities as readonly AccountEquity[] | undefined
    if (!Array.isArray(equities)) return NO_ROWS
    // One event of a sequence has them all, so that places in its list are places in the sequence.
    return equities.map((each, position) => ({ sequence, position, time, ...each }))
  },
}

const NO_ROWS: readonly HistoryRow[] = []

export const MARGIN_HISTORY: readonly HistoryTable[] = [EQUITIES]
