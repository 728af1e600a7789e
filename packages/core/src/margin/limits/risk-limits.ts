/**
 * Risk limits of accounts, groups and parties. Every node on the way up from an account is asked, and the strictest
 * wins, so that what is set above cannot be loosened below. Limits of a party bound each order beneath it and the sum
 * over its accounts. An order that can only reduce passes what guards against exposure; bounds of price and rate, which
 * guard against mistakes and floods, hold for it too.
 */
import type { Hierarchy } from '../../hierarchy/index.js'
import { type Image, NO_ROW, Relation, type Row, SECOND, type Table } from '../../image/index.js'
import type { InstrumentId, Market } from '../../market/index.js'
import type { CurrencyCode } from '../../money/index.js'
import type { Order, Trading, TradingContext } from '../../trading/index.js'
import type { Portfolios } from '../portfolios.js'
import { DayResults } from './day-results.js'
import {
  type LossLockoutId,
  lossLockoutFields,
  type NodeId,
  orderRateFields,
  type RiskLimitId,
  riskLimitFields,
} from './fields.js'
import { NodeUsage } from './node-usage.js'
import { nodesAbove } from './way-up.js'

export class RiskLimits {
  readonly table: Table<RiskLimitId, typeof riskLimitFields>
  readonly rates: Table<NodeId, typeof orderRateFields>
  readonly lockouts: Table<LossLockoutId, typeof lossLockoutFields>
  readonly ofNode: Relation<NodeId>
  readonly lockoutsOf: Relation<NodeId>
  readonly usage: NodeUsage
  readonly dayResults: DayResults

  constructor(
    image: Image,
    private readonly hierarchy: Hierarchy,
    private readonly market: Market,
    trading: Trading,
    portfolios: Portfolios,
  ) {
    this.table = image.table('risk_limits', 'rlm', riskLimitFields)
    this.rates = image.table('order_rates', 'nod', orderRateFields)
    this.lockouts = image.table('loss_lockouts', 'llo', lossLockoutFields)
    image.enrolDue(this.lockouts, this.lockouts.until)
    image.enrolDue(this.lockouts, this.lockouts.nextStepAt)
    this.ofNode = new Relation(this.table, this.table.node)
    this.lockoutsOf = new Relation(this.lockouts, this.lockouts.node)
    image.derived(this.ofNode)
    image.derived(this.lockoutsOf)
    this.usage = new NodeUsage(hierarchy, market, trading)
    this.dayResults = new DayResults(hierarchy, portfolios)
    image.derived(this.usage)
    image.derived(this.dayResults)
  }

  /** Nothing is limited or locked anywhere. */
  get isEmpty(): boolean {
    return this.table.size === 0 && this.lockouts.size === 0
  }

  /** An order was accepted, or recorded: it counts in the rate of every node that limits it. */
  entered({ now }: TradingContext, order: Order): void {
    if (this.table.size === 0) return
    const second = Math.floor(now / SECOND)
    for (const node of nodesAbove(this.hierarchy, order.account)) {
      if (!this.rows(node, order.instrument).some((row) => this.table.orderRate.get(row) !== null)) continue
      const row = this.rates.find(node)
      if (row === NO_ROW) this.rates.insert(node, { second, orders: 1 })
      else {
        this.rates.orders.set(row, this.rates.second.get(row) === second ? this.rates.orders.get(row) + 1 : 1)
        this.rates.second.set(row, second)
      }
    }
  }

  /** The limits of a node that hold for an instrument. */
  rows(node: NodeId, instrument: InstrumentId): Row[] {
    const rows: Row[] = []
    const { table, ofNode } = this
    for (let row = ofNode.head(node); row !== NO_ROW; row = ofNode.after(row)) {
      const own = table.instrument.get(row)
      const currency = table.currency.get(row)
      if (own !== null && own !== instrument) continue
      if (currency !== null && currency !== this.currencyOf(instrument)) continue
      rows.push(row)
    }
    return rows
  }

  /** Every limit on the way up from a node that holds for an instrument, nearest first. */
  above(node: NodeId, instrument: InstrumentId): { readonly node: NodeId; readonly row: Row }[] {
    const all: { readonly node: NodeId; readonly row: Row }[] = []
    for (const each of nodesAbove(this.hierarchy, node))
      for (const row of this.rows(each, instrument)) all.push({ node: each, row })
    return all
  }

  /** Orders that a node gave in the second of `now`. */
  ordersInSecond(node: NodeId, now: number): number {
    const row = this.rates.find(node)
    return row === NO_ROW || this.rates.second.get(row) !== Math.floor(now / SECOND)
      ? 0
      : this.rates.orders.get(row)
  }

  /** The lock that stands at a node or above it, or NO_ROW. */
  lockAbove(node: NodeId): Row {
    if (this.lockouts.size === 0) return NO_ROW
    for (const each of nodesAbove(this.hierarchy, node)) {
      for (let row = this.lockoutsOf.head(each); row !== NO_ROW; row = this.lockoutsOf.after(row))
        if (this.lockouts.state.get(row) === 'locked') return row
    }
    return NO_ROW
  }

  private currencyOf(instrument: InstrumentId): CurrencyCode {
    return this.market.instruments.currency.get(this.market.instruments.row(instrument))
  }
}
