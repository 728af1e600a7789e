/** What an order says that asks for nothing beyond its price and quantity. */
import type { PlaceOrder } from './placing.js'

/** A limit order without its account, instrument, side, quantity and price: it rests until it is filled or cancelled. */
export const PLAIN_LIMIT = {
  type: 'limit',
  timeInForce: 'gtc',
  cash: null,
  pricing: 'given',
  stopPrice: null,
  expiresAt: null,
  clientOrderId: null,
  minimumQuantity: null,
  allOrNone: false,
  postOnly: false,
  strictLimit: false,
  reduceOnly: false,
  selfMatchId: null,
  selfMatchInstruction: null,
  tags: {},
  onReject: 'refuse',
} as const satisfies Omit<PlaceOrder, 'account' | 'instrument' | 'side' | 'quantity' | 'price'>
