/**
 * Standard margin as the other rooms ask for it: what there is for orders, and what may leave. Segregated, each currency
 * stands alone; cross, those with an index price stand for one another.
 */
import type { AccountId, Hierarchy } from '../../hierarchy/index.js'
import type { Image } from '../../image/index.js'
import type { Ledger } from '../../ledger/index.js'
import type { InstrumentId, Market } from '../../market/index.js'
import { type Amount, add, type CurrencyCode } from '../../money/index.js'
import type { Settings } from '../../settings/index.js'
import type { Trading } from '../../trading/index.js'
import { type MarginModel, modelOf } from '../models.js'
import { type Assessment, assessedAlone, assessedInPool } from './assessment.js'
import {
  type FiguresOf,
  type StandardContext,
  type StandardFigures,
  standardEquity,
  standardFigures,
} from './figures.js'
import { currenciesOf, dollarsFor, type Haircuts, poolFigures } from './pool.js'
import { StandardAccounts } from './standard-accounts.js'

export class StandardMargin {
  readonly accounts: StandardAccounts

  constructor(
    private readonly image: Image,
    private readonly settings: Settings,
    private readonly hierarchy: Hierarchy,
    private readonly ledger: Ledger,
    private readonly market: Market,
    private readonly trading: Trading,
  ) {
    this.accounts = new StandardAccounts(hierarchy)
    image.derived(this.accounts)
  }

  /** Whether the account is margined so at all. */
  carries(account: AccountId): boolean {
    return this.accounts.has(account)
  }

  figures(account: AccountId, currency: CurrencyCode, except: InstrumentId | null = null): StandardFigures {
    return standardFigures(this.context, account, currency, except)
  }

  equity(account: AccountId, currency: CurrencyCode): Amount {
    return standardEquity(this.context, account, currency)
  }

  /** What there is for the orders of one instrument, all else counted; null where a price is missing for that. */
  room(account: AccountId, currency: CurrencyCode, instrument: InstrumentId | null): Amount | null {
    const { available, unpriced } = this.assess(account, currency, (each) =>
      standardFigures(this.context, account, each, instrument),
    )
    return unpriced > 0 ? null : available
  }

  /** What may leave the account. */
  withdrawable(account: AccountId, currency: CurrencyCode): Amount {
    return this.assess(account, currency, (each) => this.figures(account, each)).withdrawable
  }

  /** Whether a pool still has what it has to when so much more is locked in it; what stands alone is no matter of pools. */
  holdsWith(account: AccountId, currency: CurrencyCode, locked: Amount, except: InstrumentId): boolean {
    if (this.poolRate(account, currency) === null) return true
    const figuresOf: FiguresOf = (each) => {
      const figures = this.figures(account, each, except)
      const spotReserve = each === currency ? add(figures.spotReserve, locked) : figures.spotReserve
      return { ...figures, spotReserve }
    }
    return poolFigures(this.context, account, this.haircuts(account), figuresOf).available >= 0n
  }

  isPooled(account: AccountId): boolean {
    return this.modelOf(account) === 'cross_standard'
  }

  /** What an account comes to in a currency by its figures, as they are or as they would be, under its model or another. */
  assess(
    account: AccountId,
    currency: CurrencyCode,
    figuresOf: FiguresOf,
    model: MarginModel = this.modelOf(account),
  ): Assessment {
    const rate = model === 'cross_standard' ? dollarsFor(this.context, currency) : null
    if (rate === null) return assessedAlone(figuresOf(currency))
    // What is not held yet may come in the currency that is asked for.
    const currencies = new Set([...currenciesOf(this.context, account), currency])
    const pool = poolFigures(this.context, account, this.haircuts(account), figuresOf, currencies)
    return assessedInPool(pool, figuresOf(currency), currency, rate)
  }

  haircuts(account: AccountId): Haircuts {
    return this.settings.effective('margin.collateral_haircuts', account, this.image.head.time)
  }

  /** What the currency counts in the pool of the account; null where it stands alone. */
  poolRate(account: AccountId, currency: CurrencyCode): bigint | null {
    return this.isPooled(account) ? dollarsFor(this.context, currency) : null
  }

  get context(): StandardContext {
    const { image, ledger, market, trading } = this
    return { ledger, market, trading, now: image.head.time }
  }

  modelOf(account: AccountId): MarginModel {
    const { accounts } = this.hierarchy
    return modelOf(accounts.type.get(accounts.row(account)))
  }
}
