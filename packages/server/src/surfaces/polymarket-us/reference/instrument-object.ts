/** The venue's Instrument object (section 11). What the venue has and an instrument of ours lacks is in its metadata. */
import {
  type Amount,
  amount,
  currencyOf,
  formatAmount,
  formatInstant,
  formatPrice,
  formatQuantity,
  type Instant,
  type InstrumentView,
  type Price,
} from '@stemma/core'
import { Scales } from '../trading/scales.js'
import { INSTRUMENT_STATES } from '../trading/words.js'

const TRADABLE = ['open', 'preopen', 'auction']

export const isTradable = ({ state }: Pick<InstrumentView, 'state'>): boolean => TRADABLE.includes(state)

/** A field of the metadata as text; absent is empty. */
export const metadataOf = ({ metadata }: Pick<InstrumentView, 'metadata'>, name: string): string =>
  String(metadata[name] ?? '')

/** What the venue calls a product is our event, unless the metadata says otherwise. */
export const productOf = (view: InstrumentView): string => metadataOf(view, 'productId') || (view.event ?? '')
export const clearingHouseOf = (view: InstrumentView): string => metadataOf(view, 'clearingHouse') || 'QCC'

const dateOf = (at: Instant): string => formatInstant(at).slice(0, 10)

export function dateObject(date: string) {
  const [year, month, day] = date.split('-').map(Number)
  return { year, month, day }
}

export const startDateOf = (view: InstrumentView): string =>
  metadataOf(view, 'startDate') || dateOf(view.createdAt as Instant)
export const endDateOf = (view: InstrumentView): string =>
  view.expiresAt === null ? '' : dateOf(view.expiresAt as Instant)

export function instrumentShown(view: InstrumentView): Readonly<Record<string, unknown>> {
  const scales = new Scales(view)
  return {
    symbol: view.symbol,
    description: view.displayName,
    state: INSTRUMENT_STATES.shown(view.state),
    nonTradable: !isTradable(view),
    productId: productOf(view),
    clearingHouse: clearingHouseOf(view),
    ...termsOf(view, scales),
    ...datesOf(view),
    ...metadataShown(view),
    createTime: formatInstant(view.createdAt as Instant),
    updateTime: formatInstant(view.updatedAt as Instant),
  }
}

function termsOf(view: InstrumentView, scales: Scales) {
  const { tick, lot, quantityScale, multiplier, currency } = view
  return {
    tickSize: formatPrice(tick),
    baseCurrency: currency,
    settlementCurrency: currency,
    multiplier: formatPrice(multiplier),
    minimumTradeQty: formatQuantity(lot, quantityScale),
    priceLimit: priceLimitOf(view),
    orderSizeLimit: sizeLimitOf(view),
    tradeSettlementPeriod: String(view.settlementDays),
    priceScale: String(scales.priceScale),
    fractionalQtyScale: String(scales.quantityScale),
    settlementPriceScale: String(scales.priceScale),
    minimumUnaffiliatedFirms: 0,
  }
}

function priceLimitOf({ priceLow, priceHigh }: InstrumentView) {
  const shown = (price: Price | null): string => (price === null ? '0' : formatPrice(price))
  return {
    low: shown(priceLow),
    high: shown(priceHigh),
    lowSet: priceLow !== null,
    highSet: priceHigh !== null,
  }
}

function sizeLimitOf({ quantityMax, notionalMax, quantityScale, lot, currency }: InstrumentView) {
  if (quantityMax === null && notionalMax === null) return null
  return {
    low: formatQuantity(lot, quantityScale),
    ...(quantityMax === null ? {} : { high: formatQuantity(quantityMax, quantityScale) }),
    ...(notionalMax === null
      ? {}
      : { totalNotionalHigh: formatAmount(amount(notionalMax) as Amount, currencyOf(currency)) }),
  }
}

function datesOf(view: InstrumentView) {
  const end = endDateOf(view)
  const [, hours, minutes, seconds] =
    view.expiresAt === null ? [] : (/T(\d+):(\d+):(\d+)/.exec(formatInstant(view.expiresAt as Instant)) ?? [])
  return {
    startDate: dateObject(startDateOf(view)),
    expirationDate: end === '' ? null : dateObject(end),
    expirationTime:
      hours === undefined
        ? null
        : { hours: Number(hours), minutes: Number(minutes), seconds: Number(seconds) },
    terminationDate: view.state === 'terminated' ? dateObject(dateOf(view.updatedAt as Instant)) : null,
    tradingSchedule: [],
  }
}

function metadataShown(view: InstrumentView) {
  const entries = Object.entries(view.metadata).map(([name, value]) => [name, String(value ?? '')] as const)
  const isEvent = view.kind === 'event_contract'
  return {
    metadata: Object.fromEntries(entries),
    jsonAttributes: JSON.stringify(view.metadata),
    eventAttributes: isEvent
      ? {
          question: metadataOf(view, 'question') || view.displayName,
          payoutValue: formatPrice(view.multiplier),
        }
      : null,
  }
}
