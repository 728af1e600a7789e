/** What few orders ask for, as it comes in: shapes, and how it is kept with the order. */
import { PRICE_MAX, type Price, QUANTITY_MAX, type Quantity } from '../money/index.js'
import { refuse } from '../refusals/index.js'
import { checkConnection } from './disconnects/checking.js'
import type { OrderType, SpecialTerms, TimeInForce } from './fields.js'
import { checkLinked } from './linked/checking.js'
import type { LinkedAsked } from './linked/fields.js'

export type SpecialAsked = {
  /** Of a trailing stop, which needs one. */
  readonly trailingOffset?: Price | null
  /** Makes an iceberg: the book shows so much of it at a time. */
  readonly displayQuantity?: Quantity | null
  /** Of an option that is priced in coin, instead of a price. */
  readonly usdPrice?: Price | null
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
  const { type, trailingOffset = null, displayQuantity = null, usdPrice = null, connection = null } = asked
  if ((type === 'trailing_stop') !== (trailingOffset !== null))
    refuse('malformed', 'a trailing offset goes with a trailing stop, which needs one', {
      field: '/trailing_offset',
    })
  checkTrailingOffset(trailingOffset)
  checkDisplayQuantity(displayQuantity)
  checkUsdPrice(usdPrice)
  checkConnection(connection)
  checkLinked(asked)
}

function checkUsdPrice(price: Price | null): void {
  if (price !== null && (price <= 0n || price > PRICE_MAX))
    refuse('malformed', 'expected a price above zero', { field: '/usd_price' })
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
  isProtected = false,
  connection = null,
}: SpecialAsked): SpecialTerms => ({
  ...(trailingOffset === null ? {} : { trailingOffset }),
  ...(displayQuantity === null ? {} : { displayQuantity }),
  ...(usdPrice === null ? {} : { usdPrice }),
  ...(isProtected ? { isProtected } : {}),
  ...(connection === null ? {} : { connection }),
})

/** What a replacement changes of them; only what an order has can change, save that a limit order can become an iceberg. */
export function changedSpecialTerms(
  before: { readonly terms: SpecialTerms },
  { trailingOffset = null, displayQuantity = null, usdPrice = null }: SpecialAsked,
): SpecialTerms {
  if (trailingOffset !== null && before.terms.trailingOffset === undefined)
    refuse('malformed', 'only a trailing stop has an offset', { field: '/trailing_offset' })
  checkTrailingOffset(trailingOffset)
  checkDisplayQuantity(displayQuantity)
  if (usdPrice !== null && before.terms.usdPrice === undefined)
    refuse('malformed', 'only an order that is priced in dollars has such a price', { field: '/usd_price' })
  checkUsdPrice(usdPrice)
  return specialTerms({ trailingOffset, displayQuantity, usdPrice })
}
