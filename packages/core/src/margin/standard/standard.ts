/**
 * Standard margin as the other rooms ask for it: what there is for orders, and what may leave. Segregated, each currency
 * stands alone; cross, those with an index price stand for one another.
 */
import type { AccountId, Hierarchy } from '../../hierarchy/index.js'
import type { Image } from '../../image/index.js'
import type { Ledger } from '../../ledger/index.js'
import type { InstrumentId, Market } from '../../market/index.js'
import { type Amount, amount, type CurrencyCode, subtract } from '../../money/index.js'
import type { Settings } from '../../settings/index.js'
import type { Trading } from '../../trading/index.js'
import { type MarginModel, modelOf } from '../models.js'
import {
  availableFunds,
  type StandardContext,
  type StandardFigures,
  sessionResult,
  standardFigures,
  withdrawableFunds,
} from './figures.js'
import { dollarsFor, type Haircuts, inCurrency, poolFigures } from './pool.js'

export class StandardMargin {
  constructor(
    private readonly image: Image,
    private readonly settings: Settings,
    private readonly hierarchy: Hierarchy,
    private readonly ledger: Ledger,
    private readonly market: Market,
    private readonly trading: Trading,
  ) {}

  /** Whether the account is margined so at all. */
  carries(account: AccountId): boolean {
    const model = this.modelOf(account)
    return model === 'segregated_standard' || model === 'cross_standard'
  }

  figures(account: AccountId, currency: CurrencyCode): StandardFigures {
    return standardFigures(this.context, account, currency)
  }

  /** What there is for the orders of one instrument, all else counted; null where a price is missing for that. */
  room(account: AccountId, currency: CurrencyCode, instrument: InstrumentId | null): Amount | null {
    const rate = this.poolRate(account, currency)
    if (rate === null) {
      const figures = standardFigures(this.context, account, currency, instrument)
      return figures.unpriced > 0 ? null : availableFunds(figures)
    }
    const pool = poolFigures(this.context, account, this.haircuts(account), instrument)
    return pool.unpriced > 0 ? null : inCurrency(pool.available, currency, rate)
  }

  /** What may leave the account: of a pool no more than the currency has itself. */
  withdrawable(account: AccountId, currency: CurrencyCode): Amount {
    const figures = this.figures(account, currency)
    const rate = this.poolRate(account, currency)
    if (rate === null) return figures.unpriced > 0 ? amount(0n) : withdrawableFunds(figures)
    const pool = poolFigures(this.context, account, this.haircuts(account))
    if (pool.unpriced > 0) return amount(0n)
    const session = sessionResult(figures)
    const own = figures.posted - figures.held + (session < 0n ? session : 0n)
    const shared = inCurrency(pool.available, currency, rate) - (session > 0n ? session : 0n)
    const left = own < shared ? own : shared
    return amount(left > 0n ? left : 0n)
  }

  isPooled(account: AccountId): boolean {
    return this.modelOf(account) === 'cross_standard'
  }

  /** The pool of the account in a currency, without what is held; null where the currency stands alone. */
  pool(
    account: AccountId,
    currency: CurrencyCode,
  ): {
    readonly marginBalance: Amount
    readonly initialMargin: Amount
    readonly maintenanceMargin: Amount
  } | null {
    const rate = this.poolRate(account, currency)
    if (rate === null) return null
    const pool = poolFigures(this.context, account, this.haircuts(account))
    const [marginBalance, available, maintenanceMargin] = [
      pool.marginBalance - pool.held,
      pool.available,
      pool.maintenance,
    ].map((dollars) => inCurrency(dollars, currency, rate)) as [Amount, Amount, Amount]
    return { marginBalance, initialMargin: subtract(marginBalance, available), maintenanceMargin }
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

  private modelOf(account: AccountId): MarginModel {
    const { accounts } = this.hierarchy
    return modelOf(accounts.type.get(accounts.row(account)))
  }
}
