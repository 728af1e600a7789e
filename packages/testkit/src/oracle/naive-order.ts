/** An order as the naive matcher knows it: prices in ticks, quantities in lots, and nothing of money. */
export type NaiveSide = 'buy' | 'sell'
export type NaiveType = 'market' | 'limit' | 'stop' | 'stop_limit' | 'market_to_limit' | 'trailing_stop'
export type NaiveTime = 'day' | 'gtc' | 'gtd' | 'ioc' | 'fok'
export type NaiveInstruction = 'reject_aggressor' | 'cancel_resting' | 'remove_both'

/** What a sender asks for. */
export interface NaiveRequest {
  readonly side: NaiveSide
  readonly type: NaiveType
  readonly timeInForce: NaiveTime
  readonly quantity: number
  readonly price: number | null
  readonly stopPrice: number | null
  /** When it ends by itself, in the unit of the clock; null where it does not. */
  readonly expiresAt: number | null
  readonly minimumQuantity: number
  readonly allOrNone: boolean
  readonly postOnly: boolean
  readonly strictLimit: boolean
  readonly selfMatchId: string | null
  readonly selfMatchInstruction: NaiveInstruction | null
  /** Of a trailing stop: how far behind the best price. */
  readonly trailingOffset: number | null
  /** Of an iceberg: how much it shows at a time. */
  readonly displayQuantity: number | null
}

export type NaiveOrder = { -readonly [K in keyof NaiveRequest]: NaiveRequest[K] } & {
  readonly label: number
  filled: number
  isTriggered: boolean
  /** Lower goes first at a price. */
  priority: number
  /** Of an iceberg that rests: how much is filled when its tip is used up. */
  shownUntil: number | null
}

export interface NaiveTrade {
  readonly price: number
  readonly quantity: number
  readonly taker: number
  readonly maker: number
}

export type NaiveVerdict =
  | 'accepted'
  | 'instrument_not_open'
  | 'order_type_invalid'
  | 'quantity_invalid'
  | 'price_out_of_bounds'
  | 'no_liquidity'
  | 'no_reference_price'
  | 'would_take'
  | 'would_not_trade_at_limit'
  | 'self_match'
  | 'display_quantity_invalid'

export const openOf = (order: NaiveOrder): number => order.quantity - order.filled

/** What it shows of that. */
export const shownOf = (order: NaiveOrder): number =>
  Math.min(order.shownUntil ?? order.quantity, order.quantity) - order.filled

export const isWaiting = (order: NaiveOrder): boolean => order.stopPrice !== null && !order.isTriggered

/** Whether it comes to rest with what is left of it. */
export const canRest = ({ timeInForce }: Pick<NaiveRequest, 'timeInForce'>): boolean =>
  timeInForce === 'day' || timeInForce === 'gtc' || timeInForce === 'gtd'

/** Combinations that mean nothing together. */
export function isMeaningless(order: NaiveRequest): boolean {
  const { type, timeInForce, postOnly, strictLimit, allOrNone, minimumQuantity } = order
  if (postOnly && !(type === 'limit' && canRest(order))) return true
  if (strictLimit && type !== 'limit') return true
  if (minimumQuantity > 0 && (allOrNone || timeInForce !== 'ioc')) return true
  return type === 'market' && (timeInForce === 'gtc' || timeInForce === 'gtd')
}
