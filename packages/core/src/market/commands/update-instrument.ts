/**
 * `instruments.update`: what may change of an instrument. Null leaves as it is; bounds, limits and the expiry are
 * given whole in `limits`. While an order rests the tick stays; scale, lot, multiplier and currency never change.
 */
import { changesBetween, checkDisplayName, checkVersion, nextVersion } from '../../hierarchy/index.js'
import { command, type Instant } from '../../image/index.js'
import type { Price, Quantity } from '../../money/index.js'
import { LEAF_AMOUNT_MAX } from '../../money/index.js'
import { refuse } from '../../refusals/index.js'
import {
  checkExpiresAt,
  checkFeeSchedule,
  checkMetadata,
  checkPriceBounds,
  checkSize,
  checkTick,
  instrumentRow,
  isExact,
} from '../checks.js'
import { checkMarginRates } from '../derivative-checks.js'
import type { MarginRates } from '../derivatives.js'
import { recordInstrument } from '../events.js'
import type { FeeScheduleId, InstrumentId, Metadata } from '../fields.js'
import type { MarketContext } from '../market.js'
import { statisticsAt } from '../statistics.js'

export type UpdateInstrument = {
  readonly instrument: InstrumentId
  readonly displayName: string | null
  readonly tick: Price | null
  readonly limits: {
    readonly priceLow: Price | null
    readonly priceHigh: Price | null
    readonly quantityMax: Quantity | null
    readonly notionalMax: bigint | null
  } | null
  readonly feeSchedule: FeeScheduleId | null
  /** Of derivatives; what they require follows at once. */
  readonly marginRates?: MarginRates | null
  readonly expiresAt: Instant | null
  readonly metadata: Metadata | null
  readonly version: number | null
}

export const updateInstrument = command({
  name: 'instruments.update',
  scope: 'instruments:write',
  needs: () => [],
  decide(context: MarketContext, input: UpdateInstrument) {
    const { market, now } = context
    const { instruments } = market
    const row = instrumentRow(market, input.instrument)
    checkVersion(instruments, row, input.version)
    if (['expired', 'terminated'].includes(instruments.state.get(row)))
      refuse('transition_invalid', `the instrument is ${instruments.state.get(row)}`)
    const before = instruments.read(row)
    if (input.displayName !== null) {
      checkDisplayName(input.displayName)
      instruments.displayName.set(row, input.displayName)
    }
    if (input.tick !== null) changeTick(context, input.tick, row)
    if (input.limits !== null) changeLimits(context, input.limits, row)
    if (input.feeSchedule !== null) {
      checkFeeSchedule(market, input.feeSchedule, instruments.kind.get(row))
      instruments.feeSchedule.set(row, input.feeSchedule)
    }
    if (input.marginRates) changeMarginRates(context, input.marginRates, row)
    if (input.expiresAt !== null) {
      if (instruments.kind.get(row) === 'currency_pair')
        refuse('malformed', 'a currency pair does not expire', { field: '/expires_at' })
      checkExpiresAt(input.expiresAt, now)
      instruments.expiresAt.set(row, input.expiresAt)
      const next = instruments.nextStepAt.get(row)
      // A step that is due before, of an auction or of orders that end, stays due.
      if (next === null || next === before.expiresAt || next > input.expiresAt)
        instruments.nextStepAt.set(row, input.expiresAt)
    }
    if (input.metadata !== null) {
      checkMetadata(input.metadata)
      instruments.metadata.set(row, input.metadata)
    }
    nextVersion(instruments, row)
    instruments.updatedAt.set(row, now)
    recordInstrument(context, row, 'updated', changesBetween(before, instruments.read(row)))
    return { instrument: input.instrument, version: instruments.version.get(row) }
  },
})

/** Positions in it are reckoned anew behind the change, as behind a price. */
function changeMarginRates({ market, image, now }: MarketContext, rates: MarginRates, row: number): void {
  const { instruments, statistics } = market
  if (instruments.derivative.get(row) === null)
    refuse('malformed', 'only a derivative has margin rates', { field: '/margin_rates' })
  checkMarginRates(rates)
  instruments.marginRates.set(row, rates)
  statistics.valuedSequence.set(statisticsAt(market, row, now), image.head.sequence)
}

function changeTick({ market }: MarketContext, tick: Price, row: number): void {
  const { instruments } = market
  checkTick(tick)
  checkPriceBounds(instruments.priceLow.get(row), instruments.priceHigh.get(row), tick)
  if (market.duties.some((duty) => duty.hasOrders(row)))
    refuse('transition_invalid', 'the tick cannot change while orders rest')
  const terms = {
    tick,
    lot: instruments.lot.get(row),
    quantityScale: instruments.quantityScale.get(row),
    multiplier: instruments.multiplier.get(row),
  }
  if (instruments.kind.get(row) === 'event_contract' && !isExact(terms, instruments.currency.get(row)))
    refuse('malformed', 'expected one lot at one tick to be worth a whole count of the currency', {
      field: '/tick',
    })
  instruments.tick.set(row, tick)
}

function changeLimits(
  { market }: MarketContext,
  limits: NonNullable<UpdateInstrument['limits']>,
  row: number,
): void {
  const { instruments } = market
  checkPriceBounds(limits.priceLow, limits.priceHigh, instruments.tick.get(row))
  if (
    instruments.kind.get(row) === 'event_contract' &&
    (limits.priceHigh === null || limits.priceHigh > 10n ** 18n)
  )
    refuse('malformed', 'expected an upper bound of at most 1', { field: '/price_high' })
  if (limits.quantityMax !== null) checkSize(limits.quantityMax, '/quantity_max')
  if (limits.notionalMax !== null && (limits.notionalMax <= 0n || limits.notionalMax > LEAF_AMOUNT_MAX))
    refuse('malformed', 'expected an amount above zero', { field: '/notional_max' })
  instruments.priceLow.set(row, limits.priceLow)
  instruments.priceHigh.set(row, limits.priceHigh)
  instruments.quantityMax.set(row, limits.quantityMax)
  instruments.notionalMax.set(row, limits.notionalMax)
}
