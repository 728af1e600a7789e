/** Trades of the past: the caller's own, with what they cost, and everybody's, without whose they are (sections 5.6 and 7). */
import { type HistoryQuery, type HistoryRow, HOUR } from '@stemma/core'
import { accountRead, type Call, type Method, type PrivateCall } from './call.js'
import { invalidParam } from './errors.js'
import {
  type Contract,
  contractAsked,
  contracts,
  currencyNamed,
  filterAsked,
  isOfFilter,
} from './instruments.js'
import { factsOf, isLiquidation, numberRead } from './orders.js'
import { factsNamed } from './own-orders.js'
import { FILLS, publicTradeShown, userTradeShown } from './trades.js'

const COUNT_MAX = 1_000
const COUNT_DEFAULT = 10

function tradeIdRead(text: string, param: string): number {
  const number = numberRead(text)
  if (number === null) throw invalidParam(param, 'must be the id of a trade')
  return number
}

/** Of a currency trades are found by their ids, of an instrument by their numbers. */
type Bounds = 'ids' | 'numbers'

function boundAsked(
  { params }: Call,
  bounds: Bounds,
  side: 'start' | 'end',
): Readonly<Record<string, number>> {
  if (bounds === 'numbers') {
    const number = params.whole(`${side}_seq`)
    if (number !== null && number < 1) throw invalidParam(`${side}_seq`, 'must be the number of a trade')
    return number === null ? {} : { trade_number: number }
  }
  const text = params.text(`${side}_id`)
  return text === null ? {} : { trade: tradeIdRead(text, `${side}_id`) }
}

/** What a request says of which trades it wants: times, ids or numbers, count and order. */
function spanAsked(call: Call, bounds: Bounds) {
  const { params } = call
  const [from, to] = [params.time('start_timestamp'), params.time('end_timestamp')]
  if (from !== null && to !== null && to < from)
    throw invalidParam('end_timestamp', 'must not be before the start')
  const [first, last] = [boundAsked(call, bounds, 'start'), boundAsked(call, bounds, 'end')]
  const sorting = params.oneOf('sorting', ['asc', 'desc', 'default']) ?? 'default'
  // What is older than a day is found with and without it.
  params.flag('historical')
  const isFromStart = from !== null || Object.keys(first).length > 0
  return {
    count: params.count('count', COUNT_DEFAULT, COUNT_MAX),
    query: {
      from: { ...first, ...(from === null ? {} : { time: from }) },
      // A millisecond holds a thousand of our instants.
      to: { ...last, ...(to === null ? {} : { time: to + 999 }) },
      newestFirst: sorting === 'desc' || (sorting === 'default' && !isFromStart),
    },
  }
}

async function page(
  call: Call,
  which: Pick<HistoryQuery, 'equals' | 'oneOf'>,
  bounds: Bounds,
  show: (row: HistoryRow) => unknown,
): Promise<unknown> {
  const { count, query } = spanAsked(call, bounds)
  const oneOf = { ...FILLS, ...which.oneOf }
  const rows = await call.host.history('executions', { ...query, ...which, oneOf, limit: count + 1 })
  return { trades: rows.slice(0, count).map(show), has_more: rows.length > count }
}

/** By the ids of contracts: those of a currency and kind. */
async function byCurrency(
  call: Call,
  equals: HistoryQuery['equals'],
  show: (row: HistoryRow, contract: Contract) => unknown,
): Promise<unknown> {
  currencyNamed(call.params)
  const filter = filterAsked(call.params)
  const all = (await contracts(call)).filter((contract) => isOfFilter(contract, filter))
  const byId = new Map<number, Contract>(all.map((contract) => [contract.id, contract]))
  const which = { equals: equals ?? {}, oneOf: { instrument: [...byId.keys()] } }
  if (byId.size === 0) return { trades: [], has_more: false }
  return page(call, which, 'ids', (row) => show(row, byId.get(Number(row.instrument)) as Contract))
}

async function byInstrument(
  call: Call,
  equals: (contract: Contract) => HistoryQuery['equals'],
  show: (row: HistoryRow, contract: Contract) => unknown,
): Promise<unknown> {
  const contract = await contractAsked(call)
  return page(call, { equals: equals(contract) ?? {} }, 'numbers', (row) => show(row, contract))
}

const ownByCurrency = (call: PrivateCall) => byCurrency(call, { account: accountRead(call) }, userTradeShown)
const ownByInstrument = (call: PrivateCall) => {
  const account = accountRead(call)
  return byInstrument(call, ({ id }) => ({ account, instrument: id }), userTradeShown)
}
/** That a trade was a liquidation is for everybody an hour later; the side that is liquidated always takes. */
const pastTradeShown =
  ({ host }: Call) =>
  (row: HistoryRow, contract: Contract): Readonly<Record<string, unknown>> => ({
    ...publicTradeShown(row, contract),
    ...(Number(row.time) + HOUR <= host.now() && isLiquidation(factsOf((row.snapshot ?? {}) as HistoryRow))
      ? { liquidation: 'T' }
      : {}),
  })
const lastByCurrency = (call: Call) => byCurrency(call, { is_aggressor: true }, pastTradeShown(call))
const lastByInstrument = (call: Call) =>
  byInstrument(call, ({ symbol }) => ({ symbol, is_aggressor: true }), pastTradeShown(call))

/** The fills of an order, in order. */
export async function tradesOfOrder({ host }: PrivateCall, order: number): Promise<readonly unknown[]> {
  const rows = await host.history('executions', { equals: { order }, oneOf: FILLS, limit: COUNT_MAX })
  return showAll({ host }, rows)
}

/** Rows of several instruments, each with its own contract. */
export async function showAll({ host }: Pick<Call, 'host'>, rows: readonly HistoryRow[]): Promise<unknown[]> {
  const byId = new Map((await contracts({ host })).map((contract) => [Number(contract.id), contract]))
  return rows.flatMap((row) => {
    const contract = byId.get(Number(row.instrument))
    return contract === undefined ? [] : [userTradeShown(row, contract)]
  })
}

async function ofOrder(call: PrivateCall): Promise<unknown> {
  const account = accountRead(call)
  const { id } = await factsNamed(call, call.params.requiredText('order_id'), account)
  return tradesOfOrder(call, id)
}

const own = (name: string, answer: (call: PrivateCall) => unknown): Method => ({
  name: `private/${name}`,
  kind: 'private',
  scope: 'trade:read',
  answer,
})
const ofAll = (name: string, answer: (call: Call) => unknown): Method => ({
  name: `public/${name}`,
  kind: 'public',
  answer,
})

export const TRADE_METHODS: readonly Method[] = [
  own('get_user_trades_by_currency', ownByCurrency),
  own('get_user_trades_by_currency_and_time', ownByCurrency),
  own('get_user_trades_by_instrument', ownByInstrument),
  own('get_user_trades_by_instrument_and_time', ownByInstrument),
  own('get_user_trades_by_order', ofOrder),
  ofAll('get_last_trades_by_currency', lastByCurrency),
  ofAll('get_last_trades_by_currency_and_time', lastByCurrency),
  ofAll('get_last_trades_by_instrument', lastByInstrument),
  ofAll('get_last_trades_by_instrument_and_time', lastByInstrument),
]
