/** The judgement of one order by the limits on its way up, in a fixed order; the words are those of polymarket-us 7.6. */
import type { AccountId } from '../../hierarchy/index.js'
import { NO_ROW, type Row } from '../../image/index.js'
import {
  type Amount,
  amount,
  type CurrencyCode,
  currencyOf,
  divide,
  formatAmount,
  formatDecimal,
  formatPrice,
  magnitude,
  ONE,
  type Price,
  type Quantity,
} from '../../money/index.js'
import {
  type Candidate,
  type Fault,
  fault,
  type OrderCheck,
  openQuantityOf,
  referencePrice,
  type Taken,
  type Trading,
  type TradingContext,
} from '../../trading/index.js'
import { type NodeId, UNITS_SCALE, type Units, unitsOf } from './fields.js'
import type { Usage } from './node-usage.js'
import type { RiskLimits } from './risk-limits.js'
import { nodesAbove } from './way-up.js'

interface Trial {
  readonly limits: RiskLimits
  readonly context: TradingContext
  readonly candidate: Candidate
  /** The limits that hold, nearest node first. */
  readonly held: ReturnType<RiskLimits['above']>
}

/** The limits as orders meet them: where there are none, a look at two sizes is all that it costs. */
export const orderLimits = (limits: RiskLimits): OrderCheck => ({
  fault: (context, candidate) => (limits.isEmpty ? null : limitFault(limits, context, candidate)),
  entered: (context, order) => limits.entered(context, order),
  taken: (context, taken) => (limits.isEmpty ? null : takenFault(limits, context, taken)),
})

function limitFault(limits: RiskLimits, context: TradingContext, candidate: Candidate): Fault | null {
  const { order } = candidate
  const held = limits.above(order.account, order.instrument)
  const trial = { limits, context, candidate, held }
  return (
    lockFault(trial) ??
    quantityFault(trial) ??
    priceFault(trial) ??
    notionalFault(trial) ??
    positionFault(trial) ??
    openOrdersFault(trial) ??
    rateFault(trial)
  )
}

const told = (what: string, bound: 'low' | 'high', limit: string, given: string): string =>
  `${bound} ${what} limit is ${limit}, given ${given}`

/** The strictest of what the nodes allow, or null where none says anything. */
function strictest<T extends bigint | number>(
  { held }: Trial,
  of: (row: Row) => T | null,
  isStricter: (one: T, other: T) => boolean = (one, other) => one < other,
): T | null {
  let found: T | null = null
  for (const { row } of held) {
    const each = of(row)
    if (each !== null && (found === null || isStricter(each, found))) found = each
  }
  return found
}

/** Where too much was lost today only what reduces is taken. */
const lockFault = ({ limits, candidate }: Trial): Fault | null =>
  candidate.isReducing ? null : lockedFault(limits, candidate.order.account)

function lockedFault(limits: RiskLimits, account: AccountId): Fault | null {
  const row = limits.lockAbove(account)
  if (row === NO_ROW) return null
  const { lockouts } = limits
  const currency = lockouts.currency.get(row) as CurrencyCode
  const [limit, given] = [lockouts.allowed.get(row), lockouts.loss.get(row)].map((each) =>
    formatAmount(each, currencyOf(currency)),
  ) as [string, string]
  return fault('loss_limit', told('daily loss', 'high', limit, given), { limit, given, currency })
}

function quantityFault(trial: Trial): Fault | null {
  const { limits, candidate } = trial
  const most = candidate.isReducing ? null : strictest(trial, (row) => limits.table.orderQuantity.get(row))
  const given = unitsAt(trial, candidate.order.quantity)
  if (most === null || given <= most) return null
  const [limit, shown] = [shownUnits(most), shownUnits(given)]
  return fault('quantity_limit', told('order size', 'high', limit, shown), { limit, given: shown })
}

function priceFault(trial: Trial): Fault | null {
  const { limits, candidate } = trial
  const { table } = limits
  const low = larger(
    strictest(
      trial,
      (row) => table.priceLow.get(row),
      (one, other) => one > other,
    ),
    deviated(trial, -1n),
  )
  const high = smaller(
    strictest(trial, (row) => table.priceHigh.get(row)),
    deviated(trial, 1n),
  )
  for (const [name, price] of [
    ['price', candidate.order.price],
    ['stop_price', candidate.order.stopPrice],
  ] as const) {
    if (price === null) continue
    const beyond = low !== null && price < low ? low : high !== null && price > high ? high : null
    if (beyond === null) continue
    const [limit, given] = [formatPrice(beyond), formatPrice(price)]
    const bound = beyond === low && price < beyond ? 'low' : 'high'
    return fault('price_out_of_bounds', told('price', bound, limit, given), {
      price: name,
      bound,
      limit,
      given,
    })
  }
  return null
}

/** The price that is as far from the last as is allowed; without a last price nothing is. Rounded towards it. */
function deviated(trial: Trial, sign: 1n | -1n): Price | null {
  const { limits, context, candidate } = trial
  const most = strictest(trial, (row) => limits.table.priceDeviation.get(row))
  const last = most === null ? null : referencePrice(context, candidate.instrument)
  if (most === null || last === null) return null
  return (last + sign * divide(last * most, ONE, 'down')) as Price
}

const larger = (left: Price | null, right: Price | null): Price | null =>
  left === null || (right !== null && right > left) ? right : left
const smaller = (left: Price | null, right: Price | null): Price | null =>
  left === null || (right !== null && right < left) ? right : left

function notionalFault(trial: Trial): Fault | null {
  const { limits, context, candidate } = trial
  const most = candidate.isReducing ? null : strictest(trial, (row) => limits.table.orderNotional.get(row))
  if (most === null) return null
  const { market } = context
  const { order, instrument } = candidate
  const given = market.termsOf(instrument).notional(order.reservePrice, order.quantity, 'up')
  if (given <= most) return null
  const currency = market.instruments.currency.get(instrument)
  const [limit, shown] = [most, given].map((each) => shownAmount(each, currency)) as [string, string]
  return fault('notional_limit', told('total notional size', 'high', limit, shown), {
    limit,
    given: shown,
    currency,
  })
}

/**
 * What is held net and what may still be filled on the order's side, of each node that limits it: of a group or a party
 * over all of its accounts, as what one owner is long and short of the same thing is no risk to it.
 */
function positionFault({ limits, candidate, held, ...trial }: Trial): Fault | null {
  if (candidate.isReducing) return null
  for (const { node, row } of held) {
    const most = limits.table.position.get(row)
    if (most === null) continue
    const given = unitsAt(
      { candidate, ...trial },
      positionWith(limits, trial.context, candidate, node) as Quantity,
    )
    if (given > most) return positionBeyond(most, given)
  }
  return null
}

function positionBeyond(most: Units, given: Units): Fault {
  const [limit, shown] = [shownUnits(most), shownUnits(given)]
  return fault('position_limit', told('position', 'high', limit, shown), { limit, given: shown })
}

/**
 * What an account has taken over from another counts in the locks and limits of position above it; where a node is above
 * both, nothing has changed for it.
 */
function takenFault(limits: RiskLimits, context: TradingContext, taken: Taken): Fault | null {
  const { trading, market, hierarchy } = context
  const { account, from, instrument, before } = taken
  const held = trading.held(account, instrument)
  if (magnitude(held) <= magnitude(before)) return null
  const locked = lockedFault(limits, account)
  if (locked !== null) return locked
  const shared = new Set(nodesAbove(hierarchy, from))
  const scale = market.instruments.quantityScale.get(market.instruments.row(instrument))
  for (const { node, row } of limits.above(account, instrument)) {
    const most = limits.table.position.get(row)
    if (most === null || (node !== account && shared.has(node))) continue
    const { bids, offers, net } =
      node === account ? ownUsage(trading, taken) : limits.usage.of(node, instrument)
    const given = unitsOf((held > 0n ? net + bids : offers - net) as Quantity, scale)
    if (given > most) return positionBeyond(most, given)
  }
  return null
}

function positionWith(
  { usage }: RiskLimits,
  { trading }: TradingContext,
  { order, replaces, open }: Candidate,
  node: NodeId,
): bigint {
  const isBuy = order.side === 'buy'
  if (node === order.account) {
    const held = trading.held(order.account, order.instrument)
    return isBuy ? held + open.bidQuantity : open.offerQuantity - held
  }
  const { bids, offers, net } = usage.of(node, order.instrument)
  const replaced = replaces === NO_ROW ? 0n : (trading.openOrders.countedFor(replaces)?.quantity ?? 0n)
  return (isBuy ? net + bids : offers - net) - replaced + openQuantityOf(order)
}

function ownUsage(trading: Trading, { account, instrument }: Taken): Usage {
  const open = trading.openOrders.find(account, instrument)
  return {
    bids: open?.bidQuantity ?? 0n,
    offers: open?.offerQuantity ?? 0n,
    net: trading.held(account, instrument),
  }
}

function openOrdersFault({ limits, candidate, held }: Trial): Fault | null {
  if (candidate.isReducing || candidate.replaces !== NO_ROW) return null
  for (const { node, row } of held) {
    const most = limits.table.openOrders.get(row)
    const given = most === null ? 0 : limits.usage.orders(node) + 1
    if (most !== null && given > most)
      return fault('open_orders_limit', told('open orders', 'high', String(most), String(given)), {
        limit: String(most),
        given: String(given),
      })
  }
  return null
}

function rateFault({ limits, context, held }: Trial): Fault | null {
  for (const { node, row } of held) {
    const most = limits.table.orderRate.get(row)
    const given = most === null ? 0 : limits.ordersInSecond(node, context.now) + 1
    if (most !== null && given > most)
      return fault('order_rate_limit', `high order rate limit is ${most} a second, given ${given}`, {
        limit: String(most),
        given: String(given),
      })
  }
  return null
}

const unitsAt = ({ context, candidate }: Pick<Trial, 'context' | 'candidate'>, quantity: Quantity) =>
  unitsOf(quantity, context.market.instruments.quantityScale.get(candidate.instrument))
const shownUnits = (units: bigint): string => formatDecimal(units, UNITS_SCALE)
const shownAmount = (value: bigint, currency: CurrencyCode): string =>
  formatAmount(amount(value) as Amount, currencyOf(currency))
