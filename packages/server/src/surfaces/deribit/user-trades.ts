/** Trades: the caller's own, with what they cost, and everybody's, without whose they are (sections 5.6 and 7). */
import {
  type Amount,
  type HistoryQuery,
  type HistoryRow,
  type Instant,
  type Price,
  type Quantity,
  TICK_DIRECTIONS,
  type TickDirection,
  toMilliseconds,
} from '@stemma/core'
import { accountRead, type Call, type Method, type PrivateCall } from './call.js'
import { invalidParam } from './errors.js'
import { impliedAt } from './greeks.js'
import {
  type Contract,
  contractAsked,
  contracts,
  currencyNamed,
  filterAsked,
  isOfFilter,
  isSpot,
} from './instruments.js'
import { amountShown, priceOr, priceShown, quantityShown } from './numbers.js'
import {
  contractsShown,
  factsOf,
  isLiquidation,
  numberRead,
  numberShown,
  type OrderFacts,
  quoteIdsShown,
  stateShown,
} from './orders.js'
import { factsNamed } from './own-orders.js'

export const FILLS = { type: ['partially_filled', 'filled', 'moved'] }
const COUNT_MAX = 1_000
const COUNT_DEFAULT = 10

function tradeIdRead(text: string, param: string): number {
  const number = numberRead(text)
  if (number === null) throw invalidParam(param, 'must be the id of a trade')
  return number
}

/** What everybody may see of a trade: from the report of the order that took. */
export function publicTradeShown(row: HistoryRow, contract: Contract): Readonly<Record<string, unknown>> {
  const amount = quantityShown(row.last_quantity as Quantity, contract.quantityScale)
  return {
    trade_id: numberShown(Number(row.trade), contract),
    trade_seq: Number(row.trade_number ?? row.trade),
    instrument_name: contract.symbol,
    timestamp: toMilliseconds(Number(row.time) as never),
    direction: row.side,
    tick_direction: Math.max(0, TICK_DIRECTIONS.indexOf(row.tick_direction as TickDirection)),
    price: priceShown(row.last_price as Price),
    amount,
    contracts: contractsShown(amount, contract),
    mark_price: priceShown((row.mark_price ?? row.last_price) as Price),
    index_price: priceOr((row.index_price ?? null) as Price | null, 0),
    ...(contract.kind === 'option' ? volatilityShown(row, contract) : {}),
  }
}

/** What its price implied then; nothing where that cannot be said. */
function volatilityShown(row: HistoryRow, contract: Contract): { readonly iv?: number } {
  const iv = impliedAt(contract, {
    price: row.last_price as Price,
    index: (row.index_price ?? null) as Price | null,
    time: Number(row.time) as Instant,
  })
  return iv === null ? {} : { iv }
}

/** A trigger has done its part before its order trades. */
const hasLimit = ({ type }: OrderFacts): boolean => type.endsWith('limit')

/** A move has no order; clients expect the name of one. */
const orderShown = (row: HistoryRow, facts: OrderFacts, contract: Contract) =>
  row.type === 'moved'
    ? { order_id: `move-${row.id}`, order_type: 'limit', state: 'filled' }
    : {
        order_id: numberShown(Number(row.order), contract),
        order_type: isLiquidation(facts) ? 'liquidation' : hasLimit(facts) ? 'limit' : 'market',
        state: stateShown(facts),
      }

export function userTradeShown(row: HistoryRow, contract: Contract): Readonly<Record<string, unknown>> {
  const facts = factsOf((row.snapshot ?? {}) as HistoryRow)
  // A move is of no schedule.
  const currency = contract.feeCurrency(row.type === 'moved' ? null : facts.feeSchedule, facts.side)
  const fee = amountShown(row.fee as Amount, currency)
  return {
    ...publicTradeShown(row, contract),
    // Options follow the index.
    ...(contract.kind === 'option'
      ? { underlying_price: priceOr((row.index_price ?? null) as Price | null, 0) }
      : {}),
    ...orderShown(row, facts, contract),
    ...(facts.terms.label === null ? {} : { label: facts.terms.label }),
    fee: fee === 0 ? 0 : fee,
    fee_currency: currency,
    liquidity: row.is_aggressor === true ? 'T' : 'M',
    matching_id: null,
    profit_loss: row.realized == null ? null : amountShown(row.realized as Amount, contract.currency),
    ...(isLiquidation(facts) ? { liquidation: row.is_aggressor === true ? 'T' : 'M' } : {}),
    self_trade: false,
    api: true,
    post_only: facts.terms.postOnly,
    ...(isSpot(contract) ? {} : { reduce_only: facts.terms.reduceOnly }),
    mmp: facts.terms.isProtected === true,
    ...quoteIdsShown(facts),
    risk_reducing: false,
  }
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
const lastByCurrency = (call: Call) => byCurrency(call, { is_aggressor: true }, publicTradeShown)
const lastByInstrument = (call: Call) =>
  byInstrument(call, ({ symbol }) => ({ symbol, is_aggressor: true }), publicTradeShown)

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
