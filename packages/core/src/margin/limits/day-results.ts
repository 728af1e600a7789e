/**
 * What a node made or lost in the business day: the sum of its accounts' results, as they were last reckoned. Of a party
 * it is summed when it is first asked for on a day, and kept from then on.
 */
import type { AccountId, Hierarchy, PartyId } from '../../hierarchy/index.js'
import { NO_ROW, type Row } from '../../image/index.js'
import type { CurrencyCode } from '../../money/index.js'
import type { Portfolios } from '../portfolios.js'
import type { NodeId } from './fields.js'
import { accountsOfNode, isBeneath, partiesFrom } from './way-up.js'

export class DayResults {
  private date = ''
  private readonly parties = new Map<PartyId, Map<CurrencyCode, bigint>>()

  constructor(
    private readonly hierarchy: Hierarchy,
    private readonly portfolios: Portfolios,
  ) {
    const { table } = portfolios
    table.hooks.push({
      inserted: (row) => this.add(row, this.of(row)),
      removing: (row) => this.add(row, -this.of(row)),
    })
    table.dayResult.watch((row, old) => {
      if (table.businessDate.get(row) === this.date) this.add(row, table.dayResult.get(row) - old)
    })
    table.businessDate.watch((row, old) => {
      const before = old === this.date ? table.dayResult.get(row) : 0n
      this.add(row, this.of(row) - before)
    })
    hierarchy.parties.owner.watch(() => this.parties.clear())
  }

  /** Above zero made, below zero lost. */
  sum(node: NodeId, currency: CurrencyCode, date: string): bigint {
    if (date !== this.date) {
      this.date = date
      this.parties.clear()
    }
    const { hierarchy, portfolios } = this
    if (!hierarchy.parties.has(node as PartyId))
      return accountsOfNode(hierarchy, node).reduce((sum, account) => {
        const row = portfolios.find(account, currency)
        return row === NO_ROW ? sum : sum + this.of(row)
      }, 0n)
    return this.keptOf(node as PartyId).get(currency) ?? 0n
  }

  private keptOf(party: PartyId): Map<CurrencyCode, bigint> {
    const known = this.parties.get(party)
    if (known !== undefined) return known
    const sums = new Map<CurrencyCode, bigint>()
    const { table } = this.portfolios
    for (const row of table.each()) {
      const account = this.accountOf(row)
      if (account === null || this.of(row) === 0n || !isBeneath(this.hierarchy, account, party)) continue
      sums.set(table.currency.get(row), (sums.get(table.currency.get(row)) ?? 0n) + this.of(row))
    }
    this.parties.set(party, sums)
    return sums
  }

  /** What a row counts on the day: nothing while it was last reckoned on another. */
  private of(row: Row): bigint {
    const { table } = this.portfolios
    return table.businessDate.get(row) === this.date ? table.dayResult.get(row) : 0n
  }

  /** The account of a row; null for a group, whose parts are counted themselves. */
  private accountOf(row: Row): AccountId | null {
    const entity = this.portfolios.table.entity.get(row) as AccountId
    return this.hierarchy.accounts.has(entity) ? entity : null
  }

  private add(row: Row, change: bigint): void {
    if (this.parties.size === 0 || change === 0n) return
    const { hierarchy } = this
    const account = this.accountOf(row)
    if (account === null) return
    const currency = this.portfolios.table.currency.get(row)
    for (const party of partiesFrom(hierarchy, hierarchy.partyOf(hierarchy.accounts.row(account)))) {
      const sums = this.parties.get(party)
      sums?.set(currency, (sums.get(currency) ?? 0n) + change)
    }
  }
}
