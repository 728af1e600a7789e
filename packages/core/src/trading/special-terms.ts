/** What few orders ask for, as it comes in: shapes, and how it is kept with the order. */
import { VOLATILITY_MAX, VOLATILITY_MIN } from '../market/index.js'
import { formatPrice, PRICE_MAX, type Price, QUANTITY_MAX, type Quantity, type Rate } from '../money/index.js'
import { refuse } from '../refusals/index.js'
import { checkConnection } from './disconnects/checking.js'
import type { OrderType, SpecialTerms, TimeInForce } from './fields.js'
import { checkLinked } from './linked/checking.js'
import type { LinkedAsked } from './linked/fields.js'
import { isWaitingType } from './triggers.js'

export type SpecialAsked = {
  /** Of a trailing stop, which needs one. */
  readonly trailingOffset?: Price | null
  /** Makes an iceberg: the book shows so much of it at a time. */
  readonly displayQuantity?: Quantity | null
  /** Of an option that is priced in coin, instead of a price. */
  readonly usdPrice?: Price | null
  /** Of an option, instead of a price: a fraction a year, 0.65 for 65 percent. */
  readonly volatility?: Rate | null
  /** Of what waits for a price: refused where it is there already, instead of acting at once. */
  readonly mustWait?: boolean
  readonly isProtected?: boolean
  /** The id of the connection that it comes over. */
  readonly connection?: string | null
  /** Orders that hang on it. */
  readonly linked?: LinkedAsked | null
}

interface Asked extends SpecialAsked {
  readonly type: OrderType
  readonly timeInForce: TimeInForce
  readonly allOrNone: boolean
}

export function checkSpecialTerms(asked: Asked): void {
  const { type, trailingOffset = null, displayQuantity = null, connection = null } = asked
  if ((type === 'trailing_stop') !== (trailingOffset !== null))
    refuse('malformed', 'a trailing offset goes with a trailing stop, which needs one', {
      field: '/trailing_offset',
    })
  checkTrailingOffset(trailingOffset)
  checkDisplayQuantity(displayQuantity)
  checkPegs(asked)
  if (asked.mustWait === true && !isWaitingType(type))
    refuse('malformed', 'only stops and takes wait for a price', { field: '/must_wait' })
  checkConnection(connection)
  checkLinked(asked)
}

const inPercent = (volatility: Rate): string => formatPrice((volatility * 100n) as Rate)

function checkPegs({ usdPrice = null, volatility = null }: SpecialAsked): void {
  if (usdPrice !== null && (usdPrice <= 0n || usdPrice > PRICE_MAX))
    refuse('malformed', 'expected a price above zero', { field: '/usd_price' })
  if (volatility === null) return
  if (volatility < VOLATILITY_MIN || volatility > VOLATILITY_MAX)
    refuse(
      'malformed',
      `expected a volatility of ${inPercent(VOLATILITY_MIN)} to ${inPercent(VOLATILITY_MAX)} percent`,
      { field: '/volatility' },
    )
  if (usdPrice !== null)
    refuse('malformed', 'an order follows dollars or a volatility', { field: '/volatility' })
}

export function checkTrailingOffset(offset: Price | null): void {
  if (offset !== null && (offset <= 0n || offset > PRICE_MAX))
    refuse('malformed', 'expected an offset above zero', { field: '/trailing_offset' })
}

export function checkDisplayQuantity(shown: Quantity | null): void {
  if (shown !== null && (shown <= 0n || shown > QUANTITY_MAX))
    refuse('malformed', 'expected a quantity above zero that an order can have', {
      field: '/display_quantity',
    })
}

/** Only what was asked for. */
export const specialTerms = ({
  trailingOffset = null,
  displayQuantity = null,
  usdPrice = null,
  volatility = null,
  mustWait = false,
  isProtected = false,
  connection = null,
}: SpecialAsked): SpecialTerms => ({
  ...(trailingOffset === null ? {} : { trailingOffset }),
  ...(displayQuantity === null ? {} : { displayQuantity }),
  ...(usdPrice === null ? {} : { usdPrice }),
  ...(volatility === null ? {} : { volatility }),
  ...(mustWait ? { mustWait } : {}),
  ...(isProtected ? { isProtected } : {}),
  ...(connection === null ? {} : { connection }),
})

/** What a replacement changes of them; only what an order has can change, save that a limit order can become an iceberg. */
export function changedSpecialTerms(
  before: { readonly terms: SpecialTerms },
  asked: SpecialAsked,
): SpecialTerms {
  const { trailingOffset = null, displayQuantity = null, usdPrice = null, volatility = null } = asked
  if (trailingOffset !== null && before.terms.trailingOffset === undefined)
    refuse('malformed', 'only a trailing stop has an offset', { field: '/trailing_offset' })
  checkTrailingOffset(trailingOffset)
  checkDisplayQuantity(displayQuantity)
  if (usdPrice !== null && before.terms.usdPrice === undefined)
    refuse('malformed', 'only an order that is priced in dollars has such a price', { field: '/usd_price' })
  if (volatility !== null && before.terms.volatility === undefined)
    refuse('malformed', 'only an order that is priced by a volatility has one', { field: '/volatility' })
  checkPegs(asked)
  return {
    ...specialTerms({ trailingOffset, displayQuantity, usdPrice, volatility }),
    ...(before.terms.isRepriced === true ? { isRepriced: false } : {}),
  }
}
