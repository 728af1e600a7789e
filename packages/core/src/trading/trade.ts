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
  amount,
  type CurrencyCode,
  negate,
  type Price,
  plus,
  type Quantity,
  quantity as quantityOf,
  ZERO,
} from '../money/index.js'
import type { ExecutionId, TradeId } from './fields.js'
import { kindRules } from './kinds/kind-rules.js'
import { type Order, orderAt } from './order.js'
import { applyFill } from './positions.js'
import { type Fill, reportFill } from './reports.js'
import type { TradingSession } from './session.js'
import type { TradingContext } from './trading.js'
import { recordUnsettled } from './unsettled.js'

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
  else orders.state.set(resting, 'partially_filled')
  return traded
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
  const currency = market.instruments.currency.get(instrument)
  const worth = market.termsOf(instrument).worth(price, quantity)
  const isPaid = kindRules(market.instruments.kind.get(instrument)).paid === 'at_once'
  const deal = { instrument, quantity, price, notional, worth, isPaid, currency }
  const trade = image.newId<TradeId>()
  const [takerExecution, makerExecution] = [image.newId<ExecutionId>(), image.newId<ExecutionId>()]
  const fees = feesOf(context, taker, maker, deal)
  fill(taker, deal, fees.taker)
  fill(maker, deal, fees.maker)
  for (const order of [taker, maker]) order.updatedAt = context.now
  const paid = pay(context, taker.side === 'buy' ? taker : maker, taker.side === 'buy' ? maker : taker, deal)
  const tape = writeTape(market, instrument, { price, quantity, notional, at: context.now })
  const shared = { trade, price, quantity, notional, tape }
  settleSide(context, taker, deal, paid, {
    ...shared,
    execution: takerExecution,
    counterExecution: makerExecution,
    isAggressor: true,
    fee: fees.taker,
  })
  settleSide(context, maker, deal, paid, {
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
  readonly isPaid: boolean
  readonly currency: CurrencyCode
}

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

/** The fee of one side, which the order then knows of; below zero a rebate. */
function feeOf(
  { market }: TradingContext,
  order: Order,
  { instrument, price, quantity, currency }: Deal,
  side: 'takerRate' | 'makerRate',
): Amount {
  const fees = market.feesOf(order.feeSchedule)
  if (fees === null) return ZERO
  const { quantityScale, multiplier, isInverse } = market.termsOf(instrument)
  const basis = { price, quantity, quantityScale, multiplier, isInverse }
  if (side === 'makerRate' && fees.makerRate <= 0n) return makerRebate(fees, basis, currency)
  const before = { exact: order.feeExact, charged: order.takerFees }
  const { exact, charged } = chargedFee(fees, fees[side], basis, currency, before)
  order.feeExact = exact
  order.takerFees = add(order.takerFees, charged)
  return charged
}

/** The buyer pays the seller, where it is paid at once. Fills are never unwound for want of money: what they cost was reserved before. */
function pay(
  { ledger }: LedgerContext,
  buyer: Order,
  seller: Order,
  { currency, notional, isPaid }: Deal,
): readonly PostedEntry[] {
  if (notional === ZERO || !isPaid) return []
  const lines = [
    { account: buyer.account, amount: negate(notional) },
    { account: seller.account, amount: notional },
  ]
  return ledger.post(currency, 'order_execution', lines, { mayOverdraw: true })
}

function settleSide(
  context: TradingContext,
  order: Order,
  deal: Deal,
  paid: readonly PostedEntry[],
  made: Fill,
): void {
  const isBuy = order.side === 'buy'
  const [bought, sold] = paid
  const own = (isBuy ? bought : sold) ?? null
  const entries = [
    ...(own === null ? [] : [own]),
    ...chargeFee(context, order.account, made.fee, deal.currency),
  ]
  const position = applyFill(context, {
    account: order.account,
    instrument: deal.instrument,
    quantity: isBuy ? deal.quantity : quantityOf(-deal.quantity),
    cost: isBuy ? deal.worth : negate(deal.worth),
    execution: made.execution,
    fee: made.fee,
  })
  if (deal.isPaid)
    recordUnsettled(context, order.account, deal.instrument, amount(isBuy ? -deal.notional : deal.notional))
  reportFill(context, order, made, position, entries)
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
