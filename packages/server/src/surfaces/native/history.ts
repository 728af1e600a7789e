/**
 * Reads of the past: one description for each history operation says which table it reads, whose reach it needs and
 * how a row looks. Cursors are made of the table's order, so a page continues where it ended whatever is appended.
 */
import {
  ACCESS_LOG,
  type CurrencyCode,
  type Event,
  entriesSeenFrom,
  type HistoryQuery,
  type HistoryRow,
  type Need,
  type Plain,
  refuse,
} from '@stemma/core'
import type { Host, Services } from '../../services.js'
import { refuseUnauthorized } from './authorized.js'
import type { Call, Input } from './call.js'
import { decodeCursor, encodeCursor } from './cursor.js'
import { withEquities } from './equities.js'
import { eventRow } from './event-wire.js'
import { pathOf } from './owner-path.js'

export interface History {
  readonly table: string
  /** Columns of the table's order, from which cursors are made. */
  readonly order: readonly string[]
  needs(input: Input): readonly Need[]
  /** Usually one; rows of several are merged by id. */
  query(services: Services, input: Input): Promise<readonly Omit<HistoryQuery, 'limit' | 'after'>[]>
  /** Where rows of an account tell what it was worth then: in which currency a row counts. */
  readonly equityIn?: (row: HistoryRow, host: Host) => CurrencyCode
  /** How a row looks to somebody whose view of the tree begins at `path`. */
  row(row: HistoryRow, path: string, host: Host): HistoryRow
  /** Where it is read in another way than by its one query. */
  read?(services: Services, call: Call): Promise<unknown>
}

export async function readHistory(services: Services, history: History, call: Call): Promise<unknown> {
  const { host } = services
  const { input } = call
  await refuseUnauthorized(host, call, history.needs(input))
  const limit = Number(input.limit)
  const after = typeof input.cursor === 'string' ? decodeCursor(input.cursor) : null
  if (after !== null && (!Array.isArray(after) || after.length !== history.order.length))
    refuse('malformed', 'expected a cursor of this list', { field: '/cursor' })
  const paging = { ...(after === null ? {} : { after: after as readonly Plain[] }), limit: limit + 1 }
  const queries = await history.query(services, input)
  const found = await Promise.all(
    queries.map((query) => host.history(history.table, { ...query, ...paging })),
  )
  const rows =
    found.length === 1 ? (found[0] ?? []) : merged(found.flat(), history.order, input.newestFirst === true)
  const page = rows.slice(0, limit)
  const shown = history.equityIn === undefined ? page : await withEquities(host, page, history.equityIn)
  const last = page.at(-1)
  const isMore = rows.length > limit && last !== undefined
  return {
    items: shown.map((row) => camel(history.row(row, queries[0]?.startsWith?.text ?? '', host))),
    nextCursor: isMore ? encodeCursor(history.order.map((column) => last[column] ?? null)) : null,
  }
}

/** Rows of one table that several queries found, each once, in its order, whose columns are numbers. */
function merged(rows: readonly HistoryRow[], order: readonly string[], isNewestFirst: boolean): HistoryRow[] {
  const placeOf = (row: HistoryRow): readonly number[] => order.map((column) => Number(row[column]))
  const byPlace = new Map(rows.map((row) => [placeOf(row).join(' '), row]))
  const difference = (left: HistoryRow, right: HistoryRow): number => {
    const other = placeOf(right)
    return placeOf(left)
      .map((place, at) => place - (other[at] as number))
      .reduce((found, next) => found || next, 0)
  }
  const sorted = [...byPlace.values()].sort(difference)
  return isNewestFirst ? sorted.reverse() : sorted
}

/** Columns are named as on the wire; encoders read the engine's spelling. */
export const camel = (row: HistoryRow): HistoryRow =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name.replace(/_([a-z0-9])/g, (_whole, letter: string) => letter.toUpperCase()),
      value,
    ]),
  )

export const bounds = (input: Input, time = 'time'): Pick<HistoryQuery, 'from' | 'to' | 'newestFirst'> => ({
  ...(typeof input.from === 'number' ? { from: { [time]: input.from } } : {}),
  ...(typeof input.to === 'number' ? { to: { [time]: input.to } } : {}),
  newestFirst: input.newestFirst === true,
})

/** The filters of `names` that were given, as conditions on the columns of those names. */
export const given = (input: Input, names: readonly string[]): Record<string, Plain> =>
  Object.fromEntries(names.flatMap((name) => (input[name] == null ? [] : [[name, input[name] as Plain]])))

export const ofAccount = (input: Input): readonly Need[] => [
  { ability: 'read', target: { account: input.account as never } },
]

const entries: History = {
  table: 'entries',
  order: ['sequence', 'position'],
  needs: ofAccount,
  query: async (_services, input) => [
    { equals: given(input, ['account', 'type', 'currency']), ...bounds(input) },
  ],
  equityIn: ({ currency }) => currency as CurrencyCode,
  row: (row) => ({ ...row, sequence: `${row.sequence}.${row.position}` }),
}

/** Deposits, withdrawals and cash movements share a table. */
const funding = (kind: string): History => ({
  table: 'funding',
  order: ['id'],
  needs: ofAccount,
  query: async (_services, input) => [
    { equals: { kind, ...given(input, ['account', 'state', 'currency']) }, ...bounds(input, 'created_at') },
  ],
  row: (row) => row,
})

/** An account's transfers are those that left it and those that came. */
const transfers: History = {
  table: 'transfers',
  order: ['id'],
  needs: ofAccount,
  query: async (_services, input) =>
    ['from', 'to'].map((side) => ({
      equals: { [side]: input.account as Plain, ...given(input, ['currency']) },
      ...bounds(input, 'created_at'),
    })),
  row: (row) => row,
}

/** Strictly behind an event: the rest of its sequence, and every later one. */
function placesBehind({ after }: Input): readonly Pick<HistoryQuery, 'from' | 'to'>[] {
  if (typeof after !== 'string') return [{}]
  const [sequence = 0, position = 0] = after.split('.').map(Number)
  return [
    { from: { sequence, position: position + 1 }, to: { sequence } },
    { from: { sequence: sequence + 1 } },
  ]
}

const events: History = {
  table: 'events',
  order: ['sequence', 'position'],
  needs: (input) => [{ ability: 'read', target: { party: input.under as never } }],
  async query({ host }, input) {
    const kinds = (input.kinds ?? []) as readonly string[]
    if (kinds.some((kind) => kind.endsWith('.')))
      refuse('malformed', 'expected whole kinds; first parts such as transfer. are for streams', {
        field: '/kinds',
      })
    const text = await pathOf(host, Number(input.under))
    return placesBehind(input).map(({ from, to }) => ({
      ...bounds(input),
      from: { ...bounds(input).from, ...from },
      to: { ...bounds(input).to, ...to },
      startsWith: { columns: ['path', 'counter_path'], text },
      ...(kinds.length === 0 ? {} : { oneOf: { kind: kinds } }),
      equals: given(input, ['subject']),
    }))
  },
  row: (row, path) => eventRow({ ...row, data: entriesSeenFrom(row.data as Event['data'], path) }),
}

/** Who signed in is for whoever administers the account. What an entry is about is a key by its client id, or an account. */
const accessLog: History = {
  table: ACCESS_LOG.name,
  order: ACCESS_LOG.order,
  needs: ({ account }) => [{ ability: 'administer', target: { account: account as never } }],
  query: async (_services, input) => [{ equals: given(input, ['account']), ...bounds(input) }],
  row: ({ about = null, ...row }) => ({ ...row, about: typeof about === 'number' ? `acc_${about}` : about }),
}

export const BOOK_HISTORIES: readonly (readonly [string, History])[] = [
  ['events.list', events],
  ['access_log.list', accessLog],
  ['entries.list', entries],
  ['deposits.list', funding('deposit')],
  ['withdrawals.list', funding('withdrawal')],
  ['cash_movements.list', funding('cash_movement')],
  ['transfers.list', transfers],
]
