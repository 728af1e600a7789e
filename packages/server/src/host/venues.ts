/**
 * Messages to outside venues: each order, replacement and cancel that the engine asks for is posted to the venue that
 * holds the order, signed by the Standard Webhooks scheme under the effect's id, in order of number, and for as long as
 * it takes (docs/coding/outside-venue.md).
 */
import { formatInstant } from '@stemma/contract'
import {
  type Engine,
  formatPrice,
  formatQuantity,
  type MessageToVenue,
  MINUTE,
  type Price,
  parseId,
  SECOND,
  type VenueId,
} from '@stemma/core'
import type { Sealing } from '../services.js'
import type { Delivered, Deliverer } from './effects.js'
import type { Outbound } from './outbound.js'
import { signed } from './webhooks.js'

/**
 * Waits between attempts, which grow, so that a venue that is dead for a day does not fill the journal; behind them it is
 * the longest for ever, because an order is not a mail.
 */
export const VENUE_RETRY_AFTER: readonly number[] = [0.1, 0.5, 1, 2, 5, 10, 30].map((wait) => wait * SECOND)
export const VENUE_RETRY_AFTER_MOST = MINUTE

export function venueDeliverer(engine: Engine, sealing: Sealing, outbound: Outbound): Deliverer {
  return async ({ id, target, payload, attempt }) => {
    const { venues } = engine.rooms.trading
    const row = venues.find(parseId<'venue'>('ven', target) as VenueId)
    if (row < 0) return { isDelivered: false, detail: 'there is no such venue', mayRetry: false }
    if (venues.status.get(row) !== 'active')
      return { isDelivered: false, detail: 'the venue is suspended', isHeld: true }
    const secret = await sealing.open(sealing.operator, venues.sealedSecret.get(row))
    if (secret === null) return failed('the secret of the venue cannot be opened', attempt)
    const body = JSON.stringify(messageToWire(target, payload as MessageToVenue))
    try {
      const headers = signed(secret, `msg_${id}`, body, new Date())
      const { status } = await outbound.post(venues.url.get(row), headers, body)
      if (status >= 200 && status < 300) return { isDelivered: true, detail: `answered ${status}` }
      return failed(status === 409 ? TOO_EARLY : `answered ${status}`, attempt)
    } catch (error) {
      return failed((error as Error).message, attempt)
    }
  }
}

const TOO_EARLY = 'answered 409: an earlier message is missing there'

const failed = (detail: string, attempt: number): Delivered => ({
  isDelivered: false,
  detail,
  retryAfter: VENUE_RETRY_AFTER[attempt - 1] ?? VENUE_RETRY_AFTER_MOST,
})

const priceToWire = (price: Price | null): string | null => (price === null ? null : formatPrice(price))

/** The message as it stands in the body: numbers of money as decimal text, ids with their kind. */
export const messageToWire = (venue: string, message: MessageToVenue) => ({
  venue,
  number: message.number,
  action: message.action,
  order: `ord_${message.order}`,
  instrument: `ins_${message.instrument}`,
  symbol: message.symbol,
  currency: message.currency,
  quantity_scale: message.quantityScale,
  side: message.side,
  type: message.type,
  time_in_force: message.timeInForce,
  price: priceToWire(message.price),
  stop_price: priceToWire(message.stopPrice),
  quantity: formatQuantity(message.quantity, message.quantityScale),
  expires_at: message.expiresAt === null ? null : formatInstant(message.expiresAt),
  all_or_none: message.allOrNone,
  post_only: message.postOnly,
})
