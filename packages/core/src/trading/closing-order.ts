/** The order that closes a position, or a part of it: it may only reduce. */
import type { Price, Quantity } from '../money/index.js'
import type { PlaceOrder } from './placing.js'

/** `held` says the side, below zero a short. Without a price it takes what there is at once. */
export const closingOrder = ({
  account,
  instrument,
  held,
  quantity,
  price,
  tags,
}: Pick<PlaceOrder, 'account' | 'instrument' | 'tags'> & {
  readonly held: Quantity
  readonly quantity: Quantity
  readonly price: Price | null
}): PlaceOrder => ({
  account,
  instrument,
  side: held > 0n ? 'sell' : 'buy',
  type: price === null ? 'market' : 'limit',
  timeInForce: price === null ? 'ioc' : 'gtc',
  quantity,
  cash: null,
  price,
  pricing: 'given',
  stopPrice: null,
  expiresAt: null,
  clientOrderId: null,
  minimumQuantity: null,
  allOrNone: false,
  postOnly: false,
  strictLimit: false,
  reduceOnly: true,
  selfMatchId: null,
  selfMatchInstruction: null,
  tags,
  onReject: 'refuse',
})
