/**
 * What a node made or lost in the business day: the sum of its accounts' results, as they were last reckoned. Of a party
 * it is a running sum, kept at every node whether its losses are limited or not. Derived from the portfolios.
 *
 * An account counts on the day that it was last reckoned on, and a new day begins with nothing. So only the latest days
 * can be asked for: their sums are kept, in a figure each; two of them, as the first account of a day may be undone.
 */
import {
  type AccountId,
  type Hierarchy,
  NO_PLACE,
  NodeSums,
  type PartyId,
  type SumPlace,
} from '../../hierarchy/index.js'
import { type Derived, NO_ROW, type Plain, type Row } from '../../image/index.js'
import type { CurrencyCode } from '../../money/index.js'
import type { Portfolios } from '../portfolios.js'
import type { NodeId } from './fields.js'
import { accountsOfNode } from './way-up.js'

interface Day {
  readonly date: string
  readonly figure: number
  /** Portfolios that were last reckoned on it. */
  portfolios: number
}

const DAYS_KEPT = 2

export class DayResults implements Derived {
  readonly name = 'results of the day of nodes'
  private readonly sums: NodeSums
  private readonly currencies: CurrencyCode[] = []
  /** The latest days that have a portfolio, in order. */
  private days: Day[] = []

  constructor(
    private readonly hierarchy: Hierarchy,
    private readonly portfolios: Portfolios,
  ) {
    this.sums = new NodeSums(hierarchy, DAYS_KEPT)
    const { table } = portfolios
    table.hooks.push({
      inserted: (row) => this.enter(row, table.businessDate.get(row)),
      removing: (row) => this.leave(row, table.businessDate.get(row)),
    })
    table.dayResult.watch((row, old) =>
      this.add(row, this.find(table.businessDate.get(row)), table.dayResult.get(row) - old),
    )
    table.businessDate.watch((row, old) => {
      // The new day comes first, so that undo finds the days as they were.
      this.enter(row, table.businessDate.get(row))
      this.leave(row, old)
    })
  }

  /** Above zero made, below zero lost. The date is that of this moment. */
  sum(node: NodeId, currency: CurrencyCode, date: string): bigint {
    const { hierarchy, portfolios } = this
    const party = hierarchy.parties.find(node as PartyId)
    if (party !== NO_ROW) return this.ofParty(party, currency, this.find(date))
    const { table } = portfolios
    return accountsOfNode(hierarchy, node).reduce((sum, account) => {
      const row = portfolios.find(account, currency)
      return row === NO_ROW || table.businessDate.get(row) !== date ? sum : sum + table.dayResult.get(row)
    }, 0n)
  }

  *canonical(): Iterable<Plain> {
    const { parties } = this.hierarchy
    const latest = this.days.at(-1)
    if (latest === undefined) return
    yield [latest.date, latest.portfolios]
    const currencies = this.currencies.toSorted()
    for (const id of parties.idsInOrder()) {
      const sums = currencies.map((each) => [each, this.ofParty(parties.row(id), each, latest)] as const)
      yield [id, ...sums.filter(([, sum]) => sum !== 0n)]
    }
  }

  private ofParty(party: Row, currency: CurrencyCode, day: Day | undefined): bigint {
    const code = this.currencies.indexOf(currency)
    const place = day === undefined || code < 0 ? NO_PLACE : this.sums.find(party, code)
    return day === undefined || place === NO_PLACE ? 0n : this.sums.get(day.figure, place)
  }

  private find(date: string): Day | undefined {
    return this.days.find((day) => day.date === date)
  }

  private enter(row: Row, date: string): void {
    if (this.placeOf(row) === NO_PLACE) return
    const day = this.find(date) ?? this.begin(date)
    if (day === undefined) return
    day.portfolios += 1
    this.add(row, day, this.portfolios.table.dayResult.get(row))
  }

  private leave(row: Row, date: string): void {
    const day = this.find(date)
    if (day === undefined || this.placeOf(row) === NO_PLACE) return
    day.portfolios -= 1
    this.add(row, day, -this.portfolios.table.dayResult.get(row))
    if (day.portfolios === 0) this.days = this.days.filter((each) => each !== day)
  }

  /** A further day, in the figure that is free or that the oldest had; nothing where that is later than it. */
  private begin(date: string): Day | undefined {
    const [oldest] = this.days
    if (oldest !== undefined && this.days.length === DAYS_KEPT) {
      if (date < oldest.date) return undefined
      this.days = this.days.slice(1)
    }
    const figure = this.days.some((each) => each.figure === 0) ? 1 : 0
    this.sums.clear(figure)
    const day = { date, figure, portfolios: 0 }
    this.days = [...this.days, day].sort((left, right) => (left.date < right.date ? -1 : 1))
    return day
  }

  private add(row: Row, day: Day | undefined, change: bigint): void {
    const place = day === undefined || change === 0n ? NO_PLACE : this.placeOf(row)
    if (day !== undefined && place !== NO_PLACE) this.sums.add(place, day.figure, change)
  }

  /** Nowhere for a group: its parts are counted themselves. */
  private placeOf(row: Row): SumPlace {
    const { hierarchy, portfolios, currencies } = this
    const account = hierarchy.accounts.find(portfolios.table.entity.get(row) as AccountId)
    if (account === NO_ROW) return NO_PLACE
    const currency = portfolios.table.currency.get(row)
    const known = currencies.indexOf(currency)
    const code = known >= 0 ? known : currencies.push(currency) - 1
    return this.sums.place(hierarchy.partyOf(account), code)
  }
}
