/**
 * Execution reports: one event for each step of an order's life, numbered, with the order as it stands after it. They
 * stand at the owner path of the order's own account, so that either side of a trade sees its own report alone.
 */
import type { Plain } from '../image/index.js'
import type { PostedEntry } from '../ledger/index.js'
import { entriesData } from '../ledger/index.js'
import { candlesTold, type TapePlace } from '../market/index.js'
import { type Amount, formatPrice, formatQuantity, type Price, type Quantity } from '../money/index.js'
import type { Fault, OrderFaultCode } from './faults.js'
import type { ExecutionId, OrderState, TradeId } from './fields.js'
import { noteLinked } from './linked/noting.js'
import { type Order, orderTold } from './order.js'
import type { PositionChange } from './positions.js'
import type { TradingContext } from './trading.js'

/** What a report says happened, besides fills. */
export const REPORT_KINDS = [
  'pending',
  'accepted',
  'rejected',
  'cancelled',
  'expired',
  'replaced',
  'triggered',
  'replace_rejected',
  'cancel_rejected',
] as const
export type ReportKind = (typeof REPORT_KINDS)[number]

/** Why an order ended that its owner did not end, besides the faults that end it where it is judged again. */
export const ENDING_REASONS = [
  'unfunded',
  'instrument_state',
  'fills_limit',
  'all_or_none_limit',
  'account_state',
  'liquidation',
  'protection',
  'protection_removed',
  'protection_curtailed',
  'quote_rejected',
  'disconnected',
  'other_closed',
  'primary_closed',
] as const

/** A stop that the limits do not let act ends for what they say. */
export type UnsolicitedReason = OrderFaultCode | (typeof ENDING_REASONS)[number]

/** A report without a fill. */
export function report(
  context: TradingContext,
  order: Order,
  kind: ReportKind,
  state: OrderState,
  more: { readonly [key: string]: Plain } = {},
): ExecutionId {
  const execution = context.image.newId<ExecutionId>()
  emitReport(context, order, `order.${kind}`, {
    execution,
    type: kind,
    order: told(context, order, state),
    symbol: symbolOf(context, order),
    ...more,
  })
  if (kind === 'cancelled' || kind === 'expired' || kind === 'rejected') noteLinked(context, order, true)
  return execution
}

export interface Fill {
  readonly execution: ExecutionId
  /** Null where the other side is an outside venue. */
  readonly counterExecution: ExecutionId | null
  readonly trade: TradeId
  readonly price: Price
  readonly quantity: Quantity
  readonly notional: Amount
  readonly isAggressor: boolean
  readonly fee: Amount
  readonly tape: TapePlace
}

/** The report of one side of a trade, with what it did to money and position; of a pair there is none. */
export function reportFill(
  context: TradingContext,
  order: Order,
  fill: Fill,
  position: PositionChange | null,
  entries: readonly PostedEntry[],
  more: { readonly [key: string]: Plain } = {},
): void {
  const isFilled = order.filled === order.quantity
  const { execution, counterExecution, trade, price, quantity, notional, isAggressor, fee, tape } = fill
  emitReport(context, order, isFilled ? 'order.filled' : 'order.partially_filled', {
    execution,
    type: isFilled ? 'filled' : 'partially_filled',
    order: told(context, order, isFilled ? 'filled' : 'partially_filled'),
    lastPrice: price,
    lastQuantity: quantity,
    notional,
    trade,
    counterExecution,
    isAggressor,
    fee,
    description: dealText(context, order, price, quantity),
    position,
    entries: entriesData(entries),
    symbol: symbolOf(context, order),
    ...marketTold(context, order, tape, isAggressor),
    ...more,
  })
  noteLinked(context, order, isFilled)
}

/** Where the trade stands on the tape, and what the market stood at; candles that it closed are told once. */
function marketTold(
  { market }: TradingContext,
  { instrument }: Order,
  { tradeNumber, tickDirection, closedCandles }: TapePlace,
  isAggressor: boolean,
): { readonly [key: string]: Plain } {
  const row = market.instruments.row(instrument)
  return {
    tradeNumber,
    tickDirection,
    markPrice: market.valuationPrice(row),
    indexPrice: market.indexPrice(row),
    ...(isAggressor && closedCandles.length > 0 ? { closedCandles: candlesTold(closedCandles) } : {}),
  }
}

/** What its entries are called: `Buy 10 @ 0.36`. */
function dealText({ market }: TradingContext, order: Order, price: Price, quantity: Quantity): string {
  const scale = market.instruments.quantityScale.get(market.instruments.row(order.instrument))
  const verb = order.side === 'buy' ? 'Buy' : 'Sell'
  return `${verb} ${formatQuantity(quantity, scale)} @ ${formatPrice(price)}`
}

function emitReport(
  { hierarchy, emit }: TradingContext,
  order: Order,
  kind: string,
  data: { readonly [key: string]: Plain },
): void {
  emit({
    kind,
    subject: `ord_${order.id}`,
    paths: [hierarchy.pathOfAccount(hierarchy.accounts.row(order.account))],
    data,
  })
}

const symbolOf = ({ market }: TradingContext, { instrument }: Order): string =>
  market.instruments.symbol.get(market.instruments.row(instrument))

const told = (context: TradingContext, order: Order, state: OrderState) =>
  orderTold(order, symbolOf(context, order), state)

export const faultTold = ({ code, text, data }: Fault): { readonly [key: string]: Plain } => ({
  reason: code,
  text,
  figures: data ?? null,
})
