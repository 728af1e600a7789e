/**
 * Products that an account may not trade: what its main account has switched off (deribit section 3.2). Orders that can
 * only reduce what is held are taken all the same, so that nobody is kept in a position.
 */
import type { Row } from '../image/index.js'
import { INSTRUMENT_KINDS } from '../market/index.js'
import { type Candidate, type Fault, fault } from './faults.js'
import type { TradingContext } from './trading.js'

/** Every kind of instrument, and what is sold beside them. */
export const PRODUCTS = [...INSTRUMENT_KINDS, 'future_combo', 'option_combo'] as const
export type Product = (typeof PRODUCTS)[number]

/** The attribute of an account that lists them. */
export const BARRED_PRODUCTS = 'barredProducts'

export function barredProductsOf({ hierarchy }: Pick<TradingContext, 'hierarchy'>, account: Row): Product[] {
  const { [BARRED_PRODUCTS]: listed } = hierarchy.accounts.attributes.get(account)
  return Array.isArray(listed) ? PRODUCTS.filter((product) => listed.includes(product)) : []
}

export function productFault(
  context: TradingContext,
  { account, instrument, isReducing }: Candidate,
): Fault | null {
  if (isReducing) return null
  const kind = context.market.instruments.kind.get(instrument)
  return barredProductsOf(context, account).includes(kind)
    ? fault('product_barred', `the account may not trade the product ${kind}`, { product: kind })
    : null
}
