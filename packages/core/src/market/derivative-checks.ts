/** What has to be said of a derivative, and may not be said of anything else. */
import type { Instant } from '../image/index.js'
import { type CurrencyCode, ONE, PRICE_MAX, type Price } from '../money/index.js'
import { refuse } from '../refusals/index.js'
import { type DerivativeTerms, isDerivative, isInverse, type MarginRates } from './derivatives.js'
import type { InstrumentKind } from './kinds.js'

export const INDEX_NAME_LENGTH_MAX = 32
const INDEX_NAME = /^[a-z0-9]+(?:_[a-z0-9]+)*$/

export function checkIndexName(name: string, field: string): void {
  if (name.length > INDEX_NAME_LENGTH_MAX || !INDEX_NAME.test(name))
    refuse(
      'malformed',
      `expected the name of an index: 1 to ${INDEX_NAME_LENGTH_MAX} small letters, digits and _`,
      { field },
    )
}

export function checkMarginRates(rates: MarginRates): void {
  for (const rate of Object.values(rates))
    if (rate < 0n || rate > ONE) refuse('malformed', 'expected rates from 0 to 1', { field: '/margin_rates' })
  if (rates.maintenance > rates.initial || rates.maintenancePerUnit > rates.initialPerUnit)
    refuse('malformed', 'expected maintenance rates of at most the initial ones', { field: '/margin_rates' })
}

export interface DerivativeInput {
  readonly kind: InstrumentKind
  readonly currency: CurrencyCode
  readonly derivative: DerivativeTerms | null
  readonly marginRates: MarginRates | null
  readonly priceLow: Price | null
  readonly settlementDays: number
  readonly expiresAt: Instant | null
  readonly venue: string | null
}

export function checkDerivative(input: DerivativeInput): void {
  const { kind, derivative, marginRates } = input
  if (!isDerivative(kind)) {
    if (derivative !== null || marginRates !== null)
      refuse('malformed', 'only a derivative follows an index and has margin rates', { field: '/derivative' })
    return
  }
  if (derivative === null || marginRates === null)
    refuse('malformed', 'a derivative needs its terms and its margin rates', { field: '/derivative' })
  checkMarginRates(marginRates)
  checkIndexName(derivative.index, '/derivative/index')
  checkOption(kind, derivative)
  checkFunding(kind, derivative)
  if (derivative.style === 'inverse' && input.currency !== derivative.base)
    refuse('malformed', 'an inverse contract settles in its base coin', { field: '/currency' })
  if (isInverse(kind, derivative) && (input.priceLow === null || input.priceLow <= 0n))
    refuse('malformed', 'an inverse contract needs a lowest price above zero', { field: '/price_low' })
  if ((kind === 'perpetual') !== (input.expiresAt === null))
    refuse('malformed', 'futures and options expire, perpetuals do not', { field: '/expires_at' })
  if (input.settlementDays !== 0)
    refuse('malformed', 'a derivative has no settlement days', { field: '/settlement_days' })
  if (input.venue !== null) refuse('malformed', 'derivatives are matched here', { field: '/venue' })
}

function checkOption(kind: InstrumentKind, { option }: DerivativeTerms): void {
  if ((kind === 'option') !== (option !== null))
    refuse('malformed', 'a strike goes with options, which need one', { field: '/derivative/option' })
  if (option !== null && (option.strike <= 0n || option.strike > PRICE_MAX))
    refuse('malformed', 'expected a strike above zero', { field: '/derivative/option/strike' })
}

function checkFunding(kind: InstrumentKind, { funding }: DerivativeTerms): void {
  if ((kind === 'perpetual') !== (funding !== null))
    refuse('malformed', 'funding goes with perpetuals, which need it', { field: '/derivative/funding' })
  if (funding !== null && [funding.damper, funding.cap].some((rate) => rate < 0n || rate > ONE))
    refuse('malformed', 'expected rates from 0 to 1', { field: '/derivative/funding' })
}
