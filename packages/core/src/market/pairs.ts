/**
 * Currency pairs: instruments of which a trade exchanges one currency for another. What is bought and sold is the base; it
 * is paid in the instrument's own currency, the quote. Nothing is left of a trade but two balances, so nobody has a
 * position in a pair.
 */
import { type Image, NO_ROW, type Row, type Table, text } from '../image/index.js'
import {
  type Amount,
  amount,
  type CurrencyCode,
  currencyOf,
  ONE,
  powerOfTen,
  type Quantity,
} from '../money/index.js'
import { refuse } from '../refusals/index.js'
import type { InstrumentId, instrumentFields } from './fields.js'
import type { InstrumentKind } from './kinds.js'

const pairFields = {
  base: text<CurrencyCode>(),
  /** The name of the index that tells what the base is worth in the quote: `btc_usdc`. */
  index: text(),
}

export class Pairs {
  /** By the instrument's id. */
  readonly table: Table<InstrumentId, typeof pairFields>

  constructor(
    image: Image,
    private readonly instruments: Table<InstrumentId, typeof instrumentFields>,
  ) {
    this.table = image.table('currency_pairs', 'ins', pairFields)
  }

  enter(instrument: InstrumentId, base: CurrencyCode, quote: CurrencyCode): void {
    this.table.insert(instrument, { base, index: `${base}_${quote}`.toLowerCase() })
  }

  /** The currency that is bought and sold; null of what is no pair. */
  base(instrument: Row): CurrencyCode | null {
    const row = this.table.find(this.instruments.id(instrument))
    return row === NO_ROW ? null : this.table.base.get(row)
  }

  index(instrument: Row): string | null {
    const row = this.table.find(this.instruments.id(instrument))
    return row === NO_ROW ? null : this.table.index.get(row)
  }

  /** A quantity of a pair as an amount of its base: exact, as no pair counts finer than its base. */
  baseAmount(instrument: Row, quantity: Quantity): Amount {
    const base = this.base(instrument)
    if (base === null) throw new Error('expected a currency pair')
    return amount(
      quantity * powerOfTen(currencyOf(base).scale - this.instruments.quantityScale.get(instrument)),
    )
  }
}

interface PairInput {
  readonly kind: InstrumentKind
  readonly currency: CurrencyCode
  readonly baseCurrency?: CurrencyCode | null
  readonly quantityScale: number
  readonly multiplier: bigint
  readonly expiresAt: number | null
  readonly venue: string | null
}

/** What has to be said of a pair, and may not be said of anything else. */
export function checkPair(input: PairInput): void {
  const { kind, currency, baseCurrency: base = null, quantityScale, multiplier, expiresAt, venue } = input
  if ((kind === 'currency_pair') !== (base !== null))
    refuse('malformed', 'a base currency goes with currency pairs, which need one', {
      field: '/base_currency',
    })
  if (base === null) return
  if (base === currency)
    refuse('malformed', 'expected a base that is another currency than the quote', {
      field: '/base_currency',
    })
  const { precision } = currencyOf(base)
  if (quantityScale > precision)
    refuse('malformed', `expected quantities of at most ${precision} decimals, as ${base} has`, {
      field: '/quantity_scale',
    })
  if (multiplier !== ONE)
    refuse('malformed', 'expected a multiplier of 1: a quantity of a pair is money', { field: '/multiplier' })
  if (expiresAt !== null) refuse('malformed', 'a currency pair does not expire', { field: '/expires_at' })
  if (venue !== null) refuse('malformed', 'currency pairs are matched here', { field: '/venue' })
}
