/**
 * What one unit of each instrument is worth at its valuation price: a whole count of its currency that fits a number,
 * kept as prices come in, so that the value of a node is a multiplication an instrument. Where it is no such count the
 * exact price is taken instead.
 */
import { NO_ROW, type Row, roomFor, widened } from '../image/index.js'
import type { Market } from '../market/index.js'
import { type CurrencyCode, type Price, quantity } from '../money/index.js'

const EXACT_MAX = 2 ** 53

export class UnitWorths {
  /** By the row of the instrument; NaN where the price itself has to be asked. */
  private worths = new Float64Array(0)
  private prices: (Price | null)[] = []
  private currencyNumbers = new Int32Array(0)
  private readonly currencies: CurrencyCode[] = []

  constructor(private readonly market: Market) {
    const { statistics, instruments } = market
    const ofStatistics = (row: Row): void => this.refresh(instruments.find(statistics.id(row)))
    statistics.hooks.push({
      inserted: ofStatistics,
      removing: (row) => this.forget(instruments.find(statistics.id(row))),
    })
    for (const column of [statistics.mark, statistics.last, statistics.close]) column.watch(ofStatistics)
    instruments.hooks.push({
      inserted: (row) => this.refresh(row),
      removing: (row) => this.forget(row),
    })
    instruments.settlementPrice.watch((row) => this.refresh(row))
  }

  /** The worth of one, or NaN. */
  of(instrument: Row): number {
    return this.worths[instrument] as number
  }

  priceOf(instrument: Row): Price | null {
    return this.prices[instrument] ?? null
  }

  currencyOf(instrument: Row): CurrencyCode {
    return this.market.instruments.currency.get(instrument)
  }

  /** A small number for the currency of an instrument, the same as long as the process runs. */
  currencyNumber(instrument: Row): number {
    return this.currencyNumbers[instrument] as number
  }

  /** Exactly what so many are worth; null without a price. */
  worthOf(instrument: Row, count: bigint): bigint | null {
    const price = this.priceOf(instrument)
    return price === null ? null : this.market.termsOf(instrument).worth(price, quantity(count))
  }

  private refresh(instrument: Row): void {
    if (instrument === NO_ROW) return
    if (instrument >= this.worths.length) {
      const room = roomFor(instrument + 1, this.worths.length)
      this.worths = widened(this.worths, room)
      this.currencyNumbers = widened(this.currencyNumbers, room)
    }
    this.currencyNumbers[instrument] = this.numberOf(this.currencyOf(instrument))
    const price = this.market.valuationPrice(instrument)
    if (price === this.priceOf(instrument) && price !== null) return
    this.prices[instrument] = price
    const worth = price === null ? null : this.market.termsOf(instrument).worthOfOne(price)
    this.worths[instrument] =
      worth === null || worth >= EXACT_MAX || worth <= -EXACT_MAX ? Number.NaN : Number(worth)
  }

  private numberOf(currency: CurrencyCode): number {
    const known = this.currencies.indexOf(currency)
    return known >= 0 ? known : this.currencies.push(currency) - 1
  }

  private forget(instrument: Row): void {
    if (instrument === NO_ROW) return
    this.prices[instrument] = null
    this.worths[instrument] = Number.NaN
  }
}
