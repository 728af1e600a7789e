/**
 * The history tables of the ledger: projections of its events. An event carries the entries of its posting with the
 * balances before and after, and the whole of the movement as it stands then, so a row is read off it and never
 * looked up. A withdrawal that is asked for, or comes back, shows among the entries with an amount of zero.
 */
import type { Event, HistoryColumn, HistoryRow, HistoryTable, Plain } from '../image/index.js'
import { businessDateOf } from './business-date.js'
import type { PostedEntry } from './ledger.js'

/** Entries of one event are numbered below this, so that a position is unique within its sequence. */
const ENTRIES_PER_EVENT_MAX = 10_000

const number = (name: string): HistoryColumn => ({ name, kind: 'number' })
const text = (name: string): HistoryColumn => ({ name, kind: 'text' })
const money = (name: string): HistoryColumn => ({ name, kind: 'amount' })

const field = ({ data }: Event, name: string): Plain => data[name] ?? null

export const ENTRIES: HistoryTable = {
  name: 'entries',
  columns: [
    number('sequence'),
    number('position'),
    number('account'),
    text('currency'),
    money('amount'),
    money('before'),
    money('after'),
    text('type'),
    text('description'),
    /** Of the instrument that it was booked for, where there is one. */
    text('symbol'),
    number('time'),
    text('business_date'),
    text('subject'),
    text('path'),
    text('reverses'),
  ],
  key: ['sequence', 'position'],
  indexes: [['account', 'sequence', 'position']],
  order: ['sequence', 'position'],
  isAppended: true,
  itemsOf: {
    field: 'entries',
    columns: ['account', 'currency', 'amount', 'before', 'after', 'type', 'path'],
    positionsOfEvent: ENTRIES_PER_EVENT_MAX,
  },
  rows(event) {
    const entries = event.data.entries as readonly PostedEntry[] | undefined
    if (!Array.isArray(entries)) return NO_ROWS
    const businessDate = businessDateOf(event.time)
    return entries.map((entry, place) => ({
      sequence: event.sequence,
      position: event.index * ENTRIES_PER_EVENT_MAX + place,
      account: entry.account,
      currency: entry.currency,
      amount: entry.amount,
      before: entry.before,
      after: entry.after,
      type: entry.type,
      description: field(event, 'description'),
      symbol: field(event, 'symbol'),
      time: event.time,
      business_date: businessDate,
      subject: event.subject,
      path: entry.path,
      reverses: field(event, 'reverses'),
    }))
  },
}

const NO_ROWS: readonly HistoryRow[] = []

export const TRANSFERS: HistoryTable = {
  name: 'transfers',
  columns: [
    number('id'),
    text('state'),
    number('from'),
    number('to'),
    text('currency'),
    money('amount'),
    text('direction'),
    text('description'),
    number('created_at'),
    number('updated_at'),
    number('sequence'),
    text('path'),
    text('counter_path'),
  ],
  key: ['id'],
  indexes: [
    ['from', 'id'],
    ['to', 'id'],
  ],
  order: ['id'],
  rows(event) {
    if (!event.kind.startsWith('transfer.')) return NO_ROWS
    return [
      {
        id: field(event, 'id'),
        state: field(event, 'state'),
        from: field(event, 'from'),
        to: field(event, 'to'),
        currency: field(event, 'currency'),
        amount: field(event, 'amount'),
        direction: field(event, 'direction'),
        description: field(event, 'description'),
        created_at: field(event, 'createdAt'),
        updated_at: event.time,
        sequence: event.sequence,
        path: event.paths[0] ?? null,
        counter_path: event.paths[1] ?? null,
      },
    ]
  },
}

export const FUNDING: HistoryTable = {
  name: 'funding',
  columns: [
    number('id'),
    text('kind'),
    text('state'),
    number('account'),
    number('counter_account'),
    text('currency'),
    money('amount'),
    text('reference'),
    text('description'),
    money('before'),
    money('after'),
    text('purpose'),
    text('address'),
    money('fee'),
    text('priority'),
    text('reason'),
    number('created_at'),
    number('updated_at'),
    number('sequence'),
    text('path'),
    text('counter_path'),
  ],
  key: ['id'],
  indexes: [
    ['account', 'id'],
    ['counter_account', 'id'],
    ['counter_account', 'reference'],
    ['path', 'id'],
    ['kind', 'state', 'id'],
    ['created_at'],
    ['updated_at'],
  ],
  order: ['id'],
  rows(event) {
    if (!FUNDING_EVENT.test(event.kind)) return NO_ROWS
    return [
      {
        id: field(event, 'id'),
        kind: field(event, 'kind'),
        state: field(event, 'state'),
        account: field(event, 'account'),
        counter_account: field(event, 'counterAccount'),
        currency: field(event, 'currency'),
        amount: field(event, 'amount'),
        reference: field(event, 'reference'),
        description: field(event, 'description'),
        before: field(event, 'before'),
        after: field(event, 'after'),
        purpose: field(event, 'purpose'),
        address: field(event, 'address'),
        fee: field(event, 'fee'),
        priority: field(event, 'priority'),
        reason: field(event, 'cause'),
        created_at: field(event, 'createdAt'),
        updated_at: event.time,
        sequence: event.sequence,
        path: event.paths[0] ?? null,
        counter_path: event.paths[1] ?? null,
      },
    ]
  },
}

const FUNDING_EVENT = /^(deposit|withdrawal|cash_movement)\./

export const LEDGER_HISTORY: readonly HistoryTable[] = [ENTRIES, TRANSFERS, FUNDING]
