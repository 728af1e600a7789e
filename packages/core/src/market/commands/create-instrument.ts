/** `instruments.create`: something that can be traded. It begins as `pending` and takes no orders until it is opened. */
import { checkCurrency, checkDisplayName } from '../../hierarchy/index.js'
import { command, type Instant } from '../../image/index.js'
import {
  type CurrencyCode,
  LEAF_AMOUNT_MAX,
  ONE,
  type Price,
  type Quantity,
  type Rate,
} from '../../money/index.js'
import { refuse } from '../../refusals/index.js'
import {
  checkExpiresAt,
  checkFeeSchedule,
  checkMetadata,
  checkMultiplier,
  checkPriceBounds,
  checkScale,
  checkSettlementDays,
  checkSize,
  checkSymbol,
  checkTick,
  INSTRUMENTS_MAX,
  isExact,
} from '../checks.js'
import { checkDerivative } from '../derivative-checks.js'
import { type DerivativeTerms, hasSessions, type MarginRates } from '../derivatives.js'
import { recordInstrument } from '../events.js'
import type { FeeScheduleId, InstrumentId, Metadata, StopTrigger } from '../fields.js'
import type { InstrumentKind } from '../kinds.js'
import type { MarketContext } from '../market.js'
import { checkPair } from '../pairs.js'
import { nextSessionEnd } from '../sessions.js'

export type CreateInstrument = {
  readonly symbol: string
  readonly displayName: string
  readonly kind: InstrumentKind
  /** What it is paid and settled in; of a currency pair the quote. */
  readonly currency: CurrencyCode
  /** Of currency pairs, which need it. */
  readonly baseCurrency?: CurrencyCode | null
  readonly tick: Price
  readonly quantityScale: number
  readonly lot: Quantity
  readonly multiplier: Price
  readonly priceLow: Price | null
  readonly priceHigh: Price | null
  readonly quantityMax: Quantity | null
  readonly notionalMax: bigint | null
  readonly settlementDays: number
  readonly feeSchedule: FeeScheduleId | null
  readonly event: string | null
  readonly venue: string | null
  /** The last trade, unless the price is made elsewhere and published here. */
  readonly stopTrigger?: StopTrigger
  /** Of derivatives, which need both. */
  readonly derivative?: DerivativeTerms | null
  readonly marginRates?: MarginRates | null
  readonly expiresAt: Instant | null
  readonly metadata: Metadata
}

export const createInstrument = command({
  name: 'instruments.create',
  scope: 'instruments:write',
  needs: () => [],
  decide(context: MarketContext, input: CreateInstrument) {
    const { market, image, now } = context
    check(context, input)
    const instrument = image.newId<InstrumentId>()
    const row = market.instruments.insert(instrument, {
      ...input,
      stopTrigger: input.stopTrigger ?? 'last_trade',
      derivative: input.derivative ?? null,
      marginRates: input.marginRates ?? null,
      state: 'pending',
      settlementPrice: null,
      settledAt: null,
      auctionPrice: null,
      stateAfter: null,
      nextStepAt: input.expiresAt,
      version: 1,
      createdAt: now,
      updatedAt: now,
    })
    if (input.baseCurrency) market.pairs.enter(instrument, input.baseCurrency, input.currency)
    if (hasSessions(input.kind)) beginSessions(context, instrument)
    recordInstrument(context, row, 'created')
    return { instrument }
  },
})

function check({ market, now }: MarketContext, input: CreateInstrument): void {
  checkSymbol(input.symbol)
  checkDisplayName(input.displayName)
  checkCurrency(input.currency, '/currency')
  checkScale(input.quantityScale)
  checkTick(input.tick)
  checkSize(input.lot, '/lot')
  checkMultiplier(input.multiplier)
  checkPriceBounds(input.priceLow, input.priceHigh, input.tick)
  if (input.quantityMax !== null) checkSize(input.quantityMax, '/quantity_max')
  if (input.notionalMax !== null && (input.notionalMax <= 0n || input.notionalMax > LEAF_AMOUNT_MAX))
    refuse('malformed', 'expected an amount above zero', { field: '/notional_max' })
  checkSettlementDays(input.settlementDays)
  checkFeeSchedule(market, input.feeSchedule, input.kind)
  if (input.event !== null) checkSymbol(input.event)
  if (input.venue !== null) checkSymbol(input.venue)
  checkExpiresAt(input.expiresAt, now)
  checkMetadata(input.metadata)
  if (input.kind === 'event_contract') checkEventContract(input)
  if (input.baseCurrency) checkCurrency(input.baseCurrency, '/base_currency')
  checkPair(input)
  checkDerivative({
    ...input,
    derivative: input.derivative ?? null,
    marginRates: input.marginRates ?? null,
  })
  if (market.instruments.size >= INSTRUMENTS_MAX)
    refuse('limit_reached', `a book has at most ${INSTRUMENTS_MAX} instruments`)
  if (market.instrumentBySymbol.has(input.symbol))
    refuse('name_taken', 'the symbol is in use', { field: '/symbol' })
}

function beginSessions({ market, now }: MarketContext, instrument: InstrumentId): void {
  market.sessions.insert(instrument, {
    number: 0,
    price: null,
    endedAt: null,
    nextAt: nextSessionEnd(now),
    funding: 0n,
    fundingAtEnd: 0n,
    fundingRate: 0n as Rate,
    fundedAt: now,
  })
}

/** An event contract is worth between nothing and its payout, and every fill of it a whole count of money. */
function checkEventContract({
  priceHigh,
  tick,
  multiplier,
  lot,
  quantityScale,
  currency,
  settlementDays,
}: CreateInstrument): void {
  if (priceHigh === null || priceHigh > ONE)
    refuse('malformed', 'expected an upper bound of at most 1', { field: '/price_high' })
  if (!isExact({ tick, lot, quantityScale, multiplier }, currency))
    refuse('malformed', 'expected one lot at one tick to be worth a whole count of the currency', {
      field: '/tick',
    })
  if (settlementDays !== 0)
    refuse('malformed', 'expected an event contract to settle at once', { field: '/settlement_days' })
}
