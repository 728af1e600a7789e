/** What the commands of the market ask of their input. Every limit is here and is tested at its edge and beyond. */
import type { Instant } from '../image/index.js'
import { NO_ROW, type Row } from '../image/index.js'
import {
  type CurrencyCode,
  currencyOf,
  PRICE_MAX,
  PRICE_SCALE,
  powerOfTen,
  QUANTITY_MAX,
  QUANTITY_SCALE_MAX,
} from '../money/index.js'
import { refuse } from '../refusals/index.js'
import type { FeeScheduleId, InstrumentId, Metadata } from './fields.js'
import type { InstrumentKind } from './kinds.js'
import type { Market } from './market.js'

export const SYMBOL_LENGTH_MAX = 64
export const METADATA_FIELDS_MAX = 64
export const METADATA_BYTES_MAX = 16_384
export const SETTLEMENT_DAYS_MAX = 30
export const INSTRUMENTS_MAX = 1_000_000
/** Prices in ticks stay whole numbers of 53 bits. */
const TICKS_MAX = 2n ** 53n - 1n

const SYMBOL = /^[A-Za-z0-9](?:[A-Za-z0-9._:/-]*[A-Za-z0-9])?$/

export function checkSymbol(symbol: string): void {
  if (symbol.length > SYMBOL_LENGTH_MAX || !SYMBOL.test(symbol))
    refuse('malformed', `expected a symbol of 1 to ${SYMBOL_LENGTH_MAX} letters, digits and . _ : / -`, {
      field: '/symbol',
    })
}

export function checkScale(quantityScale: number): void {
  if (!Number.isInteger(quantityScale) || quantityScale < 0 || quantityScale > QUANTITY_SCALE_MAX)
    refuse('malformed', `expected a scale from 0 to ${QUANTITY_SCALE_MAX}`, { field: '/quantity_scale' })
}

export function checkTick(tick: bigint): void {
  if (tick <= 0n || tick > PRICE_MAX) refuse('malformed', 'expected a tick above zero', { field: '/tick' })
}

export function checkSize(size: bigint, field: string): void {
  if (size <= 0n || size > QUANTITY_MAX) refuse('malformed', 'expected a quantity above zero', { field })
}

export function checkMultiplier(multiplier: bigint): void {
  if (multiplier <= 0n || multiplier > PRICE_MAX)
    refuse('malformed', 'expected a multiplier above zero', { field: '/multiplier' })
}

/** Bounds are on the tick, in order, and few enough ticks apart to be counted. */
export function checkPriceBounds(low: bigint | null, high: bigint | null, tick: bigint): void {
  for (const [bound, field] of [
    [low, '/price_low'],
    [high, '/price_high'],
  ] as const) {
    if (bound === null) continue
    if (bound < 0n || bound > PRICE_MAX || bound % tick !== 0n || bound / tick > TICKS_MAX)
      refuse('malformed', 'expected a whole number of ticks of at least zero', { field })
  }
  if (low !== null && high !== null && low > high)
    refuse('malformed', 'expected a lower bound of at most the upper one', { field: '/price_low' })
}

export function checkSettlementDays(days: number): void {
  if (!Number.isInteger(days) || days < 0 || days > SETTLEMENT_DAYS_MAX)
    refuse('malformed', `expected 0 to ${SETTLEMENT_DAYS_MAX} days`, { field: '/settlement_days' })
}

export function checkExpiresAt(expiresAt: Instant | null, now: Instant): void {
  if (expiresAt !== null && expiresAt <= now)
    refuse('malformed', 'expected a time of expiry that is still to come', { field: '/expires_at' })
}

export function checkMetadata(metadata: Metadata): void {
  const entries = Object.entries(metadata)
  const isPlain = entries.every(
    ([, each]) => each === null || ['string', 'number', 'boolean'].includes(typeof each),
  )
  if (
    entries.length > METADATA_FIELDS_MAX ||
    !isPlain ||
    JSON.stringify(metadata).length > METADATA_BYTES_MAX
  )
    refuse(
      'malformed',
      `expected at most ${METADATA_FIELDS_MAX} plain fields of ${METADATA_BYTES_MAX} characters in all`,
      {
        field: '/metadata',
      },
    )
}

/**
 * One lot at one tick of an event contract has to be worth a whole count of the currency, so that a settlement pays out
 * exactly what was locked.
 */
export function isExact(
  {
    tick,
    lot,
    quantityScale,
    multiplier,
  }: {
    readonly tick: bigint
    readonly lot: bigint
    readonly quantityScale: number
    readonly multiplier: bigint
  },
  currency: CurrencyCode,
): boolean {
  const worth = tick * lot * multiplier * powerOfTen(currencyOf(currency).scale)
  return worth % powerOfTen(2 * PRICE_SCALE + quantityScale) === 0n
}

/** Instruments are no secret among those who may read them; an unknown one is simply not there. */
export function instrumentRow(market: Market, id: InstrumentId, field = '/instrument'): Row {
  const row = market.instruments.find(id)
  if (row === NO_ROW) refuse('instrument_unknown', 'there is no such instrument', { field })
  return row
}

export function checkFeeSchedule(market: Market, id: FeeScheduleId | null, instrument: InstrumentKind): void {
  if (id === null) return
  const { feeSchedules } = market
  const row = feeSchedules.find(id)
  if (row === NO_ROW) refuse('malformed', 'expected a fee schedule that is there', { field: '/fee_schedule' })
  const kind = feeSchedules.kind.get(row)
  if (kind === 'received' && instrument !== 'currency_pair')
    refuse('malformed', 'fees out of what is received go with currency pairs', { field: '/fee_schedule' })
  if (kind === 'quadratic' && instrument === 'currency_pair')
    refuse('malformed', 'quadratic fees are those of event contracts', { field: '/fee_schedule' })
}
