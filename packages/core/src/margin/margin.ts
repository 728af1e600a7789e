/**
 * The margin room: what an account's money, positions and orders allow it to do. It judges the funds of each order, says
 * which open orders are still paid for, and keeps money from leaving that positions and orders need.
 */
import type { AccountId, Hierarchy } from '../hierarchy/index.js'
import { type Image, NO_ROW, type Row, type Table } from '../image/index.js'
import type { Ledger } from '../ledger/index.js'
import type { Market } from '../market/index.js'
import { type Amount, amount, type CurrencyCode, currencyOf, formatAmount } from '../money/index.js'
import {
  type Candidate,
  type Fault,
  type FundsRule,
  fault,
  kindRules,
  type OrderCheck,
  type Trading,
  type TradingContext,
} from '../trading/index.js'
import { orderLimits } from './limits/order-limits.js'
import { RiskLimits } from './limits/risk-limits.js'
import { free, type MarginInputs } from './models.js'
import { type RevaluationId, revaluationFields } from './portfolio-fields.js'
import { Portfolios } from './portfolios.js'
import { Requirements } from './requirements.js'
import { StalePortfolios } from './stale-portfolios.js'

export interface MarginContext extends TradingContext {
  readonly margin: Margin
}

export class Margin implements FundsRule, OrderCheck {
  readonly requirements: Requirements
  readonly portfolios: Portfolios
  readonly stale: StalePortfolios
  readonly limits: RiskLimits
  readonly revaluations: Table<RevaluationId, typeof revaluationFields>

  constructor(
    image: Image,
    hierarchy: Hierarchy,
    private readonly ledger: Ledger,
    private readonly market: Market,
    private readonly trading: Trading,
  ) {
    this.requirements = new Requirements(market, trading)
    image.derived(this.requirements)
    this.portfolios = new Portfolios(image, hierarchy, ledger, trading)
    this.stale = new StalePortfolios(hierarchy, market, trading, this.portfolios)
    image.derived(this.stale)
    this.revaluations = image.table('revaluations', 'rev', revaluationFields)
    image.enrolDue(this.revaluations, this.revaluations.nextStepAt)
    // What a limit says is said before the funds are asked.
    this.limits = new RiskLimits(image, hierarchy, market, trading, this.portfolios)
    trading.checks.push(orderLimits(this.limits))
    trading.funds = this
    trading.checks.push(this)
    ledger.encumbrances.push((account, currency) => this.encumbered(account, currency))
  }

  /** Money that is neither held nor required behind a position. */
  free(account: AccountId, currency: CurrencyCode): Amount {
    const row = this.ledger.find(account, currency)
    return free({
      posted: this.ledger.posted(row),
      held: this.ledger.held(row),
      requirement: this.requirements.of(account, currency),
    })
  }

  inputs(account: AccountId, currency: CurrencyCode): MarginInputs {
    const { ledger, trading } = this
    const row = ledger.find(account, currency)
    return {
      posted: ledger.posted(row),
      held: ledger.held(row),
      requirement: this.requirements.of(account, currency),
      reserved: trading.openOrders.reserved(account, currency),
      reservedMost: trading.openOrders.reservedMost(account, currency),
      unsettledCredits: trading.unsettledCredits(account, currency),
    }
  }

  isFunded(account: AccountId, instrument: Row): boolean {
    const { instruments } = this.market
    const exposure = this.trading.openOrders.find(account, instruments.id(instrument))
    return exposure === null || this.free(account, instruments.currency.get(instrument)) >= exposure.reserve
  }

  isAmplyFunded(account: AccountId, currency: CurrencyCode): boolean {
    return this.free(account, currency) >= this.trading.openOrders.reserved(account, currency)
  }

  /**
   * The funds of an order: counted with the open orders of its own instrument alone, at the worse side (polymarket-us
   * section 10). One that can only reduce needs none.
   */
  fault(_context: TradingContext, { order, instrument, open, isReducing }: Candidate): Fault | null {
    if (isReducing) return null
    const { instruments } = this.market
    const currency = instruments.currency.get(instrument)
    const held = this.trading.held(order.account, order.instrument)
    const needed = kindRules(instruments.kind.get(instrument)).worstCost(
      open,
      held,
      this.market.termsOf(instrument),
    )
    const available = this.free(order.account, currency)
    if (available >= needed) return null
    const reserved = this.trading.openOrders.find(order.account, order.instrument)?.reserve ?? 0n
    const [left, asked] = [amount(available - reserved), amount(needed - reserved)].map((each) =>
      formatAmount(each, currencyOf(currency)),
    ) as [string, string]
    return fault('insufficient_buying_power', `${left} ${currency} available, requested ${asked}`, {
      available: left,
      requested: asked,
      currency,
    })
  }

  /** What positions and orders keep in the account: it is posted and not held, and may not leave. */
  private encumbered(account: AccountId, currency: CurrencyCode): Amount {
    const { trading } = this
    const isIdle =
      trading.openOrders.ordersOf(account) === 0 &&
      trading.unsettledOf.head(account) === NO_ROW &&
      trading.positionsOf.head(account) === NO_ROW
    if (isIdle) return amount(0n)
    const { requirement, reservedMost, unsettledCredits } = this.inputs(account, currency)
    return amount(requirement + reservedMost + unsettledCredits)
  }
}
