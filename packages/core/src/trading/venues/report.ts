/**
 * What an outside venue reports, applied once and in order. A fill moves money and contracts between the account and the
 * house's street account at the venue, so that both still sum to zero.
 */
import { NO_ROW, type Row } from '../../image/index.js'
import { recordTrade, writeTape } from '../../market/index.js'
import {
  type Amount,
  add,
  amount,
  negate,
  type Price,
  plus,
  type Quantity,
  quantity as quantityOf,
  ZERO,
} from '../../money/index.js'
import { takeOut } from '../ending.js'
import type { ExecutionId, OpenState, OrderId, TradeId } from '../fields.js'
import { type Order, openQuantityOf, orderAt } from '../order.js'
import { applyFill } from '../positions.js'
import { report, reportFill } from '../reports.js'
import { TradingSession } from '../session.js'
import { chargeFee, feeOf } from '../trade.js'
import type { TradingContext } from '../trading.js'
import { cancelUnfunded } from '../unfunded.js'
import { recordUnsettled } from '../unsettled.js'
import { restingState } from './pending.js'

export const VENUE_REPORTS = [
  'accepted',
  'rejected',
  'filled',
  'cancelled',
  'expired',
  'replaced',
  'replace_rejected',
  'cancel_rejected',
] as const
export type VenueReportKind = (typeof VENUE_REPORTS)[number]

export type VenueReport = {
  readonly kind: VenueReportKind
  readonly order: OrderId
  /** Of a fill. */
  readonly price: Price | null
  readonly quantity: Quantity | null
  /** What the venue took; null: as the instrument's fee schedule says of one that takes. */
  readonly fee: Amount | null
  /** The venue's own name for it, and what it says; echoed. */
  readonly reference: string | null
  readonly text: string | null
}

/** Whether the report found its order; one that did not is kept as an event for a person to look at. */
export function applyReport(context: TradingContext, venue: Row, told: VenueReport): boolean {
  const { orders } = context.trading
  const row = orders.find(told.order)
  if (row === NO_ROW || !isHeldBy(context, venue, row)) return false
  const more = { reference: told.reference, text: told.text }
  switch (told.kind) {
    case 'accepted':
      answered(context, row, 'pending_new')
      report(context, orderAt(orders, row), 'accepted', orders.state.get(row), more)
      return true
    case 'rejected':
      takeOut(context, row, 'rejected', { ...more, reason: 'venue' })
      return true
    case 'cancelled':
      takeOut(context, row, 'cancelled', {
        ...more,
        unsolicited: orders.state.get(row) === 'pending_cancel' ? null : 'venue',
      })
      return true
    case 'expired':
      takeOut(context, row, 'expired', more)
      return true
    case 'replaced':
      replace(context, row, more)
      return true
    case 'replace_rejected':
    case 'cancel_rejected':
      if (told.kind === 'replace_rejected') orders.pending.set(row, null)
      answered(context, row, told.kind === 'replace_rejected' ? 'pending_replace' : 'pending_cancel')
      report(context, orderAt(orders, row), told.kind, orders.state.get(row), { ...more, reason: 'venue' })
      return true
    case 'filled':
      return fillOutside(context, venue, row, told)
  }
}

const isHeldBy = ({ trading, market }: TradingContext, venue: Row, order: Row): boolean =>
  market.instruments.venue.get(market.instruments.row(trading.orders.instrument.get(order))) ===
  trading.venues.name.get(venue)

/**
 * The venue answered what the order waited for in that state. An order that was asked back in the meantime still waits
 * for the answer to that, and one whose cancel was refused for the answer to its replacement.
 */
function answered({ trading: { orders }, now }: TradingContext, row: Row, waiting: OpenState): void {
  orders.updatedAt.set(row, now)
  if (orders.state.get(row) !== waiting) return
  const isReplacing = orders.pending.get(row) !== null
  orders.state.set(row, isReplacing ? 'pending_replace' : restingState({ filled: orders.filled.get(row) }))
}

function replace(context: TradingContext, row: Row, more: { readonly [key: string]: string | null }): void {
  const { orders } = context.trading
  const pending = orders.pending.get(row)
  if (pending !== null) {
    orders.clientOrderId.set(row, pending.clientOrderId)
    orders.price.set(row, pending.price)
    orders.stopPrice.set(row, pending.stopPrice)
    orders.reservePrice.set(row, pending.reservePrice)
    orders.quantity.set(row, pending.quantity)
    orders.timeInForce.set(row, pending.timeInForce)
    orders.expiresAt.set(row, pending.expiresAt)
    orders.terms.set(row, pending.terms)
    orders.enteredAt.set(row, context.now)
    orders.pending.set(row, null)
  }
  answered(context, row, 'pending_replace')
  report(context, orderAt(orders, row), 'replaced', orders.state.get(row), more)
}

/** Books what the venue filled; more than is open is none of ours and is not booked. */
function fillOutside(context: TradingContext, venue: Row, row: Row, told: VenueReport): boolean {
  const { trading, image } = context
  const order = orderAt(trading.orders, row)
  const { price, quantity } = told
  const most =
    order.pending === null
      ? openQuantityOf(order)
      : quantityOf(larger(order.quantity, order.pending.quantity) - order.filled)
  if (price === null || quantity === null || quantity > most) return false
  const fee = book(context, venue, order, { price, quantity, fee: told.fee })
  order.filled = plus(order.filled, quantity)
  order.fees = add(order.fees, fee.charged)
  order.cost = add(order.cost, fee.notional)
  order.updatedAt = context.now
  if (order.filled > order.quantity) order.quantity = order.filled
  const made = {
    execution: fee.execution,
    counterExecution: null,
    trade: image.newId<TradeId>(),
    price,
    quantity,
    notional: fee.notional,
    isAggressor: true,
    fee: fee.charged,
    tape: fee.tape,
  }
  write(context, row, order)
  reportFill(context, order, made, fee.position, fee.entries, {
    reference: told.reference,
    counterPosition: fee.counterPosition,
  })
  const session = new TradingSession()
  session.accounts.add(order.account)
  cancelUnfunded(context, session)
  return true
}

const larger = (left: bigint, right: bigint): bigint => (left > right ? left : right)

function write({ trading: { orders } }: TradingContext, row: Row, order: Order): void {
  if (order.filled === order.quantity) {
    orders.remove(row)
    return
  }
  orders.filled.set(row, order.filled)
  orders.cost.set(row, order.cost)
  orders.fees.set(row, order.fees)
  orders.feeExact.set(row, order.feeExact)
  orders.takerFees.set(row, order.takerFees)
  orders.updatedAt.set(row, order.updatedAt)
  if (orders.state.get(row) === 'new' || orders.state.get(row) === 'pending_new')
    orders.state.set(row, 'partially_filled')
}

function book(
  context: TradingContext,
  venue: Row,
  order: Order,
  {
    price,
    quantity,
    fee,
  }: { readonly price: Price; readonly quantity: Quantity; readonly fee: Amount | null },
) {
  const { market, ledger, trading, hierarchy, image } = context
  const instrument = market.instruments.row(order.instrument)
  const currency = market.instruments.currency.get(instrument)
  const notional = market.termsOf(instrument).notional(price, quantity)
  const street = trading.venues.street.get(venue)
  const execution = image.newId<ExecutionId>()
  const isBuy = order.side === 'buy'
  const paid = isBuy ? notional : negate(notional)
  const lines = [
    { account: order.account, amount: negate(paid) },
    { account: street, amount: paid },
  ]
  const moved =
    notional === ZERO ? [] : ledger.post(currency, 'order_execution', lines, { mayOverdraw: true })
  // An order at an outside venue takes; fees of its fills together are those of the whole order, as of one that is matched here.
  const charged = fee ?? feeOf(context, order, { instrument, price, quantity }, 'takerRate')
  const feeCurrency = market.feeCurrency(instrument, order.feeSchedule, order.side)
  const entries = [...moved, ...chargeFee(context, order.account, charged, feeCurrency)]
  const signed = isBuy ? quantity : quantityOf(-quantity)
  const position = applyFill(context, {
    account: order.account,
    instrument,
    quantity: signed,
    cost: paid,
    execution,
    fee: charged,
  })
  const counter = applyFill(context, {
    account: street,
    instrument,
    quantity: quantityOf(-signed),
    cost: negate(paid),
    execution,
  })
  const tape = writeTape(market, instrument, { price, quantity, notional, at: context.now })
  recordUnsettled(context, { account: order.account, instrument, currency }, amount(-paid))
  recordTrade(market, instrument, {
    price,
    quantity,
    notional,
    at: context.now,
    sequence: image.head.sequence,
  })
  const counterPosition = { ...counter, path: hierarchy.pathOf(hierarchy.root) }
  return { notional, charged, entries, position, counterPosition, execution, tape }
}
