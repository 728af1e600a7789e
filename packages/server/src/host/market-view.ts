/** What a watcher of the market asks for and is told. */
import type { BookView, CurrencyCode, statisticsFields, Terms, Values } from '@stemma/core'

/** The units that an instrument counts in. They never change. */
export interface InstrumentUnits {
  readonly id: number
  readonly symbol: string
  readonly currency: CurrencyCode
  readonly quantityScale: number
  readonly terms: Terms
  /** What an order of that side is charged in by its schedule. */
  feeCurrency(schedule: number | null, side: 'buy' | 'sell'): CurrencyCode
}

export interface MarketView extends BookView, Pick<InstrumentUnits, 'currency' | 'quantityScale'> {
  /** What it was seen at. */
  readonly sequence: number
  /** Null before the first trade or price. */
  readonly statistics: Values<typeof statisticsFields> | null
}

export interface MarketTold {
  /** The first of an instrument is whole news; those behind it take its place. */
  readonly kind: 'snapshot' | 'update'
  readonly view: MarketView
}

export interface MarketWanted {
  /** Ids, or all: those that come later too. */
  readonly instruments: readonly number[] | 'all'
  /** Levels of each side. */
  readonly depth: number
}
