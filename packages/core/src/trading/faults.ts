/**
 * Why an order is not accepted, or does not go on. A refusal (malformed, not visible, a client order id in use) never
 * comes here: it changes nothing. These are judgements on an order that is well formed, and the place command says
 * whether they refuse it or record it as rejected.
 */
import type { AccountId } from '../hierarchy/index.js'
import type { Row } from '../image/index.js'
import type { InstrumentId } from '../market/index.js'
import type { Quantity } from '../money/index.js'
import { refuse } from '../refusals/index.js'
import type { OpenSums } from './kinds/kind.js'
import type { Order } from './order.js'

export const ORDER_FAULTS = [
  'instrument_not_open',
  'order_type_invalid',
  'quantity_invalid',
  'quantity_limit',
  'notional_limit',
  'price_off_tick',
  'price_out_of_bounds',
  'trigger_price_invalid',
  'trailing_orders_limit',
  'display_quantity_invalid',
  'peg_not_option',
  'peg_post_only',
  'pegged_orders_limit',
  'volatility_too_late',
  'protection_missing',
  'protection_frozen',
  'quotes_disabled',
  'quotes_frozen',
  'quote_crossed',
  'quote_missing',
  'linked_orders_limit',
  'no_liquidity',
  'no_reference_price',
  'would_take',
  'would_not_trade_at_limit',
  'would_not_reduce',
  'self_match',
  'account_type',
  'product_barred',
  'insufficient_position',
  'insufficient_buying_power',
  'insufficient_currency',
  'position_lock',
  'position_limit',
  'open_orders_limit',
  'order_rate_limit',
  'loss_limit',
  'order_not_open',
  'venue',
] as const
export type OrderFaultCode = (typeof ORDER_FAULTS)[number]

export interface Fault {
  readonly code: OrderFaultCode
  /** One sentence, safe to show. */
  readonly text: string
  readonly data?: { readonly [key: string]: string | number | boolean | null }
}

/** Refuses for a fault: nothing is changed then. */
export function refuseFor({ code, text, data }: Fault): never {
  return refuse('order_rejected', text, { data: { reason: code, ...data } })
}

export const fault = (code: OrderFaultCode, text: string, data?: Fault['data']): Fault =>
  data === undefined ? { code, text } : { code, text, data }

/** An order on trial: what it is, where it stands, and what is open beside it. */
export interface Candidate {
  readonly order: Order
  readonly account: Row
  readonly instrument: Row
  /** The open row that it takes the place of, or NO_ROW for a new order. */
  readonly replaces: Row
  /** The open orders of its account in its instrument as they would be with it. */
  readonly open: OpenSums
  /** With the other open orders of its side it cannot exceed the open quantity of the position. */
  readonly isReducing: boolean
}

/** What an account has taken over from another by a move. */
export interface Taken {
  readonly from: AccountId
  readonly account: AccountId
  readonly instrument: InstrumentId
  /** What it held before. */
  readonly before: Quantity
}
