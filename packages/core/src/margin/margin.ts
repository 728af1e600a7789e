/**
 * The margin room: what an account's money, positions and orders allow it to do. It judges the funds of each order, says
 * which open orders are still paid for, and keeps money from leaving that positions and orders need.
 */
import type { AccountId, Hierarchy } from '../hierarchy/index.js'
import { type Image, NO_ROW, type Row, type Table } from '../image/index.js'
import type { Ledger } from '../ledger/index.js'
import type { InstrumentId, Market } from '../market/index.js'
import {
  type Amount,
  add,
  amount,
  type CurrencyCode,
  currencyOf,
  formatAmount,
  subtract,
} from '../money/index.js'
import type { Settings } from '../settings/index.js'
import {
  type Candidate,
  type Exposure,
  type Fault,
  type FundsRule,
  fault,
  kindRules,
  leavesPositions,
  NO_OPEN_ORDERS,
  type OpenSums,
  type Order,
  type OrderCheck,
  type Side,
  type Trading,
  type TradingContext,
} from '../trading/index.js'
import { exchangeFault } from './exchange-fault.js'
import { orderLimits } from './limits/order-limits.js'
import { RiskLimits } from './limits/risk-limits.js'
import { free, type MarginInputs } from './models.js'
import { type RevaluationId, revaluationFields } from './portfolio-fields.js'
import { Portfolios } from './portfolios.js'
import { Requirements } from './requirements.js'
import { StalePortfolios } from './stale-portfolios.js'
import { freeFunds, ownCash } from './standard/figures.js'
import { liquidationFields } from './standard/liquidation-fields.js'
import { ordersRequirement } from './standard/open-orders.js'
import { StandardMargin } from './standard/standard.js'

export interface MarginContext extends TradingContext {
  readonly margin: Margin
}

export class Margin implements FundsRule, OrderCheck {
  readonly standard: StandardMargin
  readonly requirements: Requirements
  readonly portfolios: Portfolios
  readonly stale: StalePortfolios
  readonly limits: RiskLimits
  readonly liquidations: Table<AccountId, typeof liquidationFields>
  readonly revaluations: Table<RevaluationId, typeof revaluationFields>

  constructor(
    image: Image,
    hierarchy: Hierarchy,
    settings: Settings,
    private readonly ledger: Ledger,
    readonly market: Market,
    readonly trading: Trading,
  ) {
    this.standard = new StandardMargin(image, settings, hierarchy, ledger, market, trading)
    this.requirements = new Requirements(market, trading)
    image.derived(this.requirements)
    this.portfolios = new Portfolios(image, hierarchy, ledger, trading)
    this.stale = new StalePortfolios(hierarchy, market, trading, this.portfolios)
    image.derived(this.stale)
    this.liquidations = image.table('liquidations', 'acc', liquidationFields)
    image.enrolDue(this.liquidations, this.liquidations.nextStepAt)
    this.revaluations = image.table('revaluations', 'rev', revaluationFields)
    image.enrolDue(this.revaluations, this.revaluations.nextStepAt)
    // What a limit says is said before the funds are asked.
    this.limits = new RiskLimits(image, hierarchy, market, trading, this.portfolios)
    trading.checks.push(orderLimits(this.limits))
    trading.funds = this
    trading.checks.push(this)
    ledger.encumbrances.push((account, currency) => this.encumbered(account, currency))
  }

  carriesDerivatives(account: AccountId): boolean {
    return this.standard.carries(account)
  }

  excess(account: AccountId, currency: CurrencyCode): Amount | null {
    return this.standard.room(account, currency, null)
  }

  /** Money that is neither held nor required behind a position. */
  free(account: AccountId, currency: CurrencyCode): Amount {
    if (this.standard.carries(account)) return freeFunds(this.standard.figures(account, currency))
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
    const locked = trading.openOrders.locked(account, currency)
    return {
      posted: ledger.posted(row),
      held: ledger.held(row),
      requirement: this.requirements.of(account, currency),
      reserved: add(trading.openOrders.reserved(account, currency), locked),
      reservedMost: add(trading.openOrders.reservedMost(account, currency), locked),
      unsettledCredits: trading.unsettledCredits(account, currency),
    }
  }

  /** What is free and not locked by orders in currency pairs, those in `except` not counted. */
  unlocked(account: AccountId, currency: CurrencyCode, except: InstrumentId | null = null): Amount {
    return subtract(this.free(account, currency), this.trading.openOrders.locked(account, currency, except))
  }

  /** Under standard margin a fill takes no open orders along: what goes too far is liquidated. */
  unfundedSide(account: AccountId, instrument: Row): Side | null {
    const { instruments } = this.market
    const { openOrders } = this.trading
    const rules = kindRules(instruments.kind.get(instrument))
    const exposure = openOrders.find(account, instruments.id(instrument))
    if (rules.isMargined || exposure === null) return null
    if (rules.paid === 'exchanged') return this.unfundedSideOfPair(account, instrument, exposure)
    const currency = instruments.currency.get(instrument)
    const unlocked = this.unlocked(account, currency)
    const isFunded = unlocked >= openOrders.reserved(account, currency) || unlocked >= exposure.reserve
    return isFunded ? null : openOrders.sideThatCosts(exposure)
  }

  private unfundedSideOfPair(account: AccountId, instrument: Row, exposure: Exposure): Side | null {
    const { market, standard } = this
    const isShort = (currency: CurrencyCode | null): boolean =>
      currency !== null &&
      (standard.carries(account)
        ? ownCash(standard.figures(account, currency))
        : this.unlocked(account, currency)) < 0n
    if (exposure.bidOrders > 0 && isShort(market.instruments.currency.get(instrument))) return 'buy'
    return exposure.offerOrders > 0 && isShort(market.pairs.base(instrument)) ? 'sell' : null
  }

  /**
   * The funds of an order: counted with the open orders of its own instrument alone, at the worse side (polymarket-us
   * section 10). One that can only reduce needs none.
   */
  fault(_context: TradingContext, { order, instrument, open, isReducing }: Candidate): Fault | null {
    if (isReducing) return null
    const { instruments } = this.market
    if (!leavesPositions(instruments.kind.get(instrument)))
      return exchangeFault(this, order, instrument, open)
    if (this.standard.carries(order.account)) return this.standardFault(order, instrument, open)
    if (kindRules(instruments.kind.get(instrument)).isMargined)
      return fault('account_type', 'the account carries no derivatives: its type has no margin for them')
    const currency = instruments.currency.get(instrument)
    const held = this.trading.held(order.account, order.instrument)
    const needed = kindRules(instruments.kind.get(instrument)).worstCost(
      open,
      held,
      this.market.termsOf(instrument),
    )
    const available = this.unlocked(order.account, currency)
    if (available >= needed) return null
    const reserved = this.trading.openOrders.find(order.account, order.instrument)?.reserve ?? 0n
    return shortOf(available, needed, reserved, currency)
  }

  /** What the open orders of the instrument require with it, against what there is beside them. */
  private standardFault(order: Order, instrument: Row, open: OpenSums): Fault | null {
    const { market, trading } = this
    const currency = market.instruments.currency.get(instrument)
    const held = trading.held(order.account, order.instrument)
    const beside = trading.openOrders.find(order.account, order.instrument) ?? NO_OPEN_ORDERS
    const needed = ordersRequirement(market, instrument, held, open)
    const reserved = ordersRequirement(market, instrument, held, beside)
    const room = this.standard.room(order.account, currency, order.instrument)
    if (needed === null || reserved === null || room === null)
      return fault('no_reference_price', 'a price is missing that the margin follows from')
    return room >= needed ? null : shortOf(room, needed, reserved, currency)
  }

  /** What positions and orders keep in the account: it is posted and not held, and may not leave. */
  private encumbered(account: AccountId, currency: CurrencyCode): Amount {
    const { trading } = this
    const isIdle =
      trading.openOrders.ordersOf(account) === 0 &&
      trading.unsettledOf.head(account) === NO_ROW &&
      trading.positionsOf.head(account) === NO_ROW
    if (isIdle) return amount(0n)
    if (this.standard.carries(account)) {
      const row = this.ledger.find(account, currency)
      return amount(this.ledger.available(row) - this.standard.withdrawable(account, currency))
    }
    const { requirement, reservedMost, unsettledCredits } = this.inputs(account, currency)
    return amount(requirement + reservedMost + unsettledCredits)
  }
}

function shortOf(available: Amount, needed: Amount, reserved: bigint, currency: CurrencyCode): Fault {
  const [left, asked] = [amount(available - reserved), amount(needed - reserved)].map((each) =>
    formatAmount(each, currencyOf(currency)),
  ) as [string, string]
  return fault('insufficient_buying_power', `${left} ${currency} available, requested ${asked}`, {
    available: left,
    requested: asked,
    currency,
  })
}
