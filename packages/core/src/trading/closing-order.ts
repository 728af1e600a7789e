/** The order that closes a position, or a part of it: it may only reduce. */
import type { Price, Quantity } from '../money/index.js'
import type { PlaceOrder } from './placing.js'
import { PLAIN_LIMIT } from './plain-limit.js'

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
  ...PLAIN_LIMIT,
  account,
  instrument,
  side: held > 0n ? 'sell' : 'buy',
  type: price === null ? 'market' : 'limit',
  timeInForce: price === null ? 'ioc' : 'gtc',
  quantity,
  price,
  reduceOnly: true,
  tags,
})
