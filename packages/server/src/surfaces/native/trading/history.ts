/** The past of trading: orders, execution reports, trades, and positions as they were. */
import { TRADE_TYPES } from '@stemma/contract'
import { type CurrencyCode, type HistoryRow, type Need, type Plain, Refused, refuse } from '@stemma/core'
import type { Host, Services } from '../../../services.js'
import { refuseUnauthorized } from '../authorized.js'
import type { Call, Input } from '../call.js'
import { decodeCursor, encodeCursor } from '../cursor.js'
import { bounds, camel, given, type History, ofAccount, readHistory } from '../history.js'
import { pathOf } from '../owner-path.js'
import { settledInput } from './counted.js'
import { shownEntry, shownExecution, shownOrder, withUnits } from './shown.js'

/** A history whose instruments may be named by their symbols. */
export function byInstrument(history: Omit<History, 'read'>): History {
  return {
    ...history,
    read: async (services, call) =>
      readHistory(services, history, { ...call, input: await settledInput(services.host, call) }),
  }
}

/** One account, or a party and everything beneath it. */
const whoseNeeds = ({ account, under }: Input): readonly Need[] => {
  if ((account === null) === (under === null))
    refuse('malformed', 'expected either an account or a party', { field: '/account' })
  return [
    { ability: 'read', target: account === null ? { party: under as never } : { account: account as never } },
  ]
}

const whose = async (host: Host, { account, under }: Input) =>
  account === null
    ? { startsWith: { columns: ['path'], text: await pathOf(host, Number(under)) } }
    : { equals: { account: account as Plain } }

/** A list that is not empty, as a condition on the column. */
const among = (column: string, list: Plain | undefined) =>
  Array.isArray(list) && list.length > 0 ? { oneOf: { [column]: list as readonly Plain[] } } : {}

const orders = byInstrument({
  table: 'orders',
  order: ['id'],
  needs: whoseNeeds,
  async query({ host }, input) {
    const scope = await whose(host, input)
    const equals = {
      ...scope.equals,
      ...given(input, ['instrument', 'side']),
      ...(input.clientOrderId === null ? {} : { client_order_id: input.clientOrderId as Plain }),
    }
    return [{ ...scope, equals, ...among('state', input.states), ...bounds(input, 'created_at') }]
  },
  row: (row, _path, host) => shownOrder(host, camel(row)),
})

const executions = (types: (input: Input) => Plain | undefined): History =>
  byInstrument({
    table: 'executions',
    order: ['id'],
    needs: whoseNeeds,
    async query({ host }, input) {
      const scope = await whose(host, input)
      const equals = { ...scope.equals, ...given(input, ['order', 'trade', 'instrument']) }
      return [{ ...scope, equals, ...among('type', types(input)), ...bounds(input) }]
    },
    row: (row, _path, host) => shownExecution(host, row),
  })

const asked = ({ types }: Input): readonly Plain[] => (types ?? []) as readonly Plain[]

/** Reading reports of a subtree takes no more than the right to its reports. */
const dropCopy: History = {
  table: 'executions',
  order: ['id'],
  needs: ({ under }) => [{ ability: 'report', target: { party: under as never } }],
  query: async ({ host }, input) => [
    {
      startsWith: { columns: ['path'], text: await pathOf(host, Number(input.under)) },
      ...bounds(input),
    },
  ],
  row: (row, _path, host) => shownExecution(host, row),
}

const entries = byInstrument({
  table: 'position_entries',
  order: ['sequence', 'position'],
  needs: ofAccount,
  query: async (_services, input) => [
    { equals: given(input, ['account', 'instrument', 'trade']), ...bounds(input) },
  ],
  equityIn: (row, host) => withUnits(host, row).currency as CurrencyCode,
  row: (row, _path, host) => shownEntry(host, row),
})

/**
 * Positions as they stood: of each instrument that the account ever had, the last change by then. A position stays when
 * it is flat, so the present list names every instrument that the past can have.
 */
const asOf: History = {
  ...entries,
  async read({ host }: Services, call: Call) {
    const input = await settledInput(host, call)
    const { account = null, time, sequence, instrument, limit, cursor } = input
    if ((time === null) === (sequence === null))
      refuse('malformed', 'expected either a time or a sequence', { field: '/time' })
    await refuseUnauthorized(host, call, ofAccount(input))
    const present = await host.read<Page>(
      'positions.list',
      { kind: 'system' },
      {
        account,
        instruments: instrument === null ? null : [instrument],
        isOpenOnly: false,
        isActiveOnly: false,
        after: typeof cursor === 'string' ? placeOf(cursor) : null,
        limit,
      },
    )
    if (present.kind === 'refused') throw new Refused(present.refusal)
    const { items, next } = present.result
    const to = time === null ? { sequence: Number(sequence) } : { time: Number(time) }
    const stood = await Promise.all(
      items.map((each) =>
        host.history('position_entries', {
          equals: { account, instrument: each.instrument },
          to,
          newestFirst: true,
          limit: 1,
        }),
      ),
    )
    return {
      items: stood.flat().map((row: HistoryRow) => camel(withUnits(host, row))),
      nextCursor: next === null ? null : encodeCursor(next),
    }
  },
}

interface Page {
  readonly items: readonly { readonly instrument: number }[]
  readonly next: number | null
}

function placeOf(cursor: string): Plain {
  const place = decodeCursor(cursor)
  return typeof place === 'number'
    ? place
    : refuse('malformed', 'expected a cursor of this list', { field: '/cursor' })
}

export const TRADING_HISTORIES: readonly (readonly [string, History])[] = [
  ['orders.list', orders],
  ['executions.list', executions(asked)],
  ['trades.list', executions((input) => (asked(input).length > 0 ? asked(input) : TRADE_TYPES))],
  ['drop_copy.list', dropCopy],
  ['positions.entries', entries],
  ['positions.as_of', asOf],
]
