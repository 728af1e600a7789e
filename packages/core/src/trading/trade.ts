/**
 * One trade: a quantity changes hands at a price between the order that takes and the one that rests. Money moves
 * between the two accounts, fees to the house, contracts from seller to buyer; each side gets its own report. All of it
 * sums to zero in the currency and in the instrument.
 */
import type { AccountId } from '../hierarchy/index.js'
import type { Row } from '../image/index.js'
import type { LedgerContext, PostedEntry } from '../ledger/index.js'
import { chargedFee, makerRebate, recordTrade, writeTape } from '../market/index.js'
import {
  type Amount,
  add,
  type CurrencyCode,
  negate,
  type Price,
  plus,
  type Quantity,
  quantity as quantityOf,
  ZERO,
} from '../money/index.js'
import { type Exchanged, exchange } from './exchange.js'
import type { ExecutionId, TradeId } from './fields.js'
import { refreshTip } from './iceberg.js'
import { leavesPositions } from './kinds/kind-rules.js'
import { fillCancelsOthers } from './linked/cancelling.js'
import { type Order, orderAt } from './order.js'
import { applyFill, type PositionChange } from './positions.js'
import { countProtected } from './protection/protecting.js'
import { type Fill, reportFill } from './reports.js'
import type { TradingSession } from './session.js'
import type { TradingContext } from './trading.js'

/** Trades `quantity` at `price` between an order in hand and one that rests; the resting one leaves when it is filled. */
export function trade(
  context: TradingContext,
  session: TradingSession,
  taker: Order,
  resting: Row,
  quantity: Quantity,
  price: Price,
): TradeId {
  const { orders } = context.trading
  const maker = orderAt(orders, resting)
  const traded = tradeBetween(context, session, { taker, maker }, quantity, price)
  orders.filled.set(resting, maker.filled)
  orders.cost.set(resting, maker.cost)
  orders.fees.set(resting, maker.fees)
  orders.feeExact.set(resting, maker.feeExact)
  orders.takerFees.set(resting, maker.takerFees)
  orders.updatedAt.set(resting, maker.updatedAt)
  if (maker.filled === maker.quantity) orders.remove(resting)
  else {
    orders.state.set(resting, 'partially_filled')
    refreshTip(context, resting)
  }
  followFill(context, [taker, maker], { quantity, price })
  return traded
}

/** What a fill brings about at once, when both sides are booked. */
export function followFill(
  context: TradingContext,
  orders: readonly Order[],
  made: { readonly quantity: Quantity; readonly price: Price },
): void {
  for (const order of orders) {
    fillCancelsOthers(context, order, made.quantity)
    countProtected(context, order, made)
  }
}

/** The same between two orders in hand. */
export function tradeBetween(
  context: TradingContext,
  session: TradingSession,
  { taker, maker }: { readonly taker: Order; readonly maker: Order },
  quantity: Quantity,
  price: Price,
): TradeId {
  const { market, image } = context
  const instrument = market.instruments.row(taker.instrument)
  const notional = market.termsOf(instrument).notional(price, quantity)
  const worth = market.termsOf(instrument).worth(price, quantity)
  const deal = { instrument, quantity, price, notional, worth }
  const trade = image.newId<TradeId>()
  const [takerExecution, makerExecution] = [image.newId<ExecutionId>(), image.newId<ExecutionId>()]
  const fees = feesOf(context, taker, maker, deal)
  fill(taker, deal, fees.taker)
  fill(maker, deal, fees.maker)
  for (const order of [taker, maker]) order.updatedAt = context.now
  const [buyer, seller] = taker.side === 'buy' ? [taker, maker] : [maker, taker]
  const paid = exchange(context, 'order_execution', {
    instrument,
    buyer: buyer.account,
    seller: seller.account,
    quantity,
    notional,
  })
  const tape = writeTape(market, instrument, { price, quantity, notional, at: context.now })
  const shared = { trade, price, quantity, notional, tape }
  settleSide(context, taker, deal, entriesOf(paid, taker), {
    ...shared,
    execution: takerExecution,
    counterExecution: makerExecution,
    isAggressor: true,
    fee: fees.taker,
  })
  settleSide(context, maker, deal, entriesOf(paid, maker), {
    ...shared,
    execution: makerExecution,
    counterExecution: takerExecution,
    isAggressor: false,
    fee: fees.maker,
  })
  const { sequence } = image.head
  recordTrade(market, instrument, { price, quantity, notional, at: context.now, sequence })
  session.fills += 1
  session.accounts.add(taker.account).add(maker.account)
  session.instruments.add(taker.instrument)
  return trade
}

interface Deal {
  readonly instrument: Row
  readonly quantity: Quantity
  readonly price: Price
  readonly notional: Amount
  /** What the buyer's side of it comes to. */
  readonly worth: Amount
}

const entriesOf = (paid: Exchanged, { side }: Order): readonly PostedEntry[] =>
  side === 'buy' ? paid.buyer : paid.seller

function fill(order: Order, { quantity, notional }: Deal, fee: Amount): void {
  order.filled = plus(order.filled, quantity)
  order.cost = add(order.cost, notional)
  order.fees = add(order.fees, fee)
  order.state = 'partially_filled'
}

function feesOf(
  context: TradingContext,
  taker: Order,
  maker: Order,
  deal: Deal,
): { taker: Amount; maker: Amount } {
  return {
    taker: feeOf(context, taker, deal, 'takerRate'),
    maker: feeOf(context, maker, deal, 'makerRate'),
  }
}

/** The fee of one fill of an order, which the order then knows of; below zero a rebate. */
export function feeOf(
  { market }: TradingContext,
  order: Order,
  { instrument, price, quantity }: Pick<Deal, 'instrument' | 'price' | 'quantity'>,
  side: 'takerRate' | 'makerRate',
): Amount {
  const fees = market.feesOf(instrument, order.feeSchedule, order.side)
  if (fees === null) return ZERO
  const { currency } = fees
  const { quantityScale, multiplier, isInverse } = market.termsOf(instrument)
  const basis = { price, quantity, quantityScale, multiplier, isInverse }
  if (side === 'makerRate' && fees.makerRate <= 0n) return makerRebate(fees, basis, currency)
  const before = { exact: order.feeExact, charged: order.takerFees }
  const { exact, charged } = chargedFee(fees, fees[side], basis, currency, before)
  order.feeExact = exact
  order.takerFees = add(order.takerFees, charged)
  return charged
}

function settleSide(
  context: TradingContext,
  order: Order,
  deal: Deal,
  paid: readonly PostedEntry[],
  made: Fill,
): void {
  const { market } = context
  const currency = market.feeCurrency(deal.instrument, order.feeSchedule, order.side)
  const entries = [...paid, ...chargeFee(context, order.account, made.fee, currency)]
  const position = leavesPositions(market.instruments.kind.get(deal.instrument))
    ? changePosition(context, order, deal, made)
    : null
  reportFill(context, order, made, position, entries)
}

function changePosition(
  context: TradingContext,
  { account, side }: Order,
  { instrument, quantity, worth }: Deal,
  { execution, fee }: Fill,
): PositionChange {
  const isBuy = side === 'buy'
  return applyFill(context, {
    account,
    instrument,
    quantity: isBuy ? quantity : quantityOf(-quantity),
    cost: isBuy ? worth : negate(worth),
    execution,
    fee,
  })
}

/** A fee goes to the house; a rebate comes from it. */
export function chargeFee(
  { ledger }: LedgerContext,
  account: AccountId,
  fee: Amount,
  currency: CurrencyCode,
): readonly PostedEntry[] {
  if (fee === ZERO) return []
  const lines = [
    { account, amount: negate(fee) },
    { account: ledger.houseAccount('fees'), amount: fee },
  ]
  return ledger.post(currency, 'commission', lines, { mayOverdraw: true })
}
