/**
 * Which portfolios a price has overtaken: the instrument that an account holds is valued at another price than when the
 * account was reckoned. Derived, and found in bounded steps: an instrument whose price has changed waits until its
 * holders are looked through, and a holder that is out of date waits, nearest to its limit first, until it is restated.
 */
import type { AccountId, Hierarchy } from '../hierarchy/index.js'
import { type Derived, NO_ROW, type Plain, type Row } from '../image/index.js'
import type { InstrumentId, Market } from '../market/index.js'
import { currencyOf, NONE } from '../money/index.js'
import type { Trading } from '../trading/index.js'
import { NearestFirst } from './nearest-first.js'
import type { Portfolios } from './portfolios.js'

export class StalePortfolios implements Derived {
  readonly name = 'portfolios that a price has overtaken'
  /** Instruments whose holders are still to be looked through, each with the sequence that put it there. */
  private readonly changed = new Map<InstrumentId, number>()
  private walk: { readonly instrument: InstrumentId; readonly holders: Iterator<Row> } | null = null
  private readonly waiting = new NearestFirst()
  /** After a load it is not known yet what the prices have overtaken: everything may be. */
  private isUnknown = true

  constructor(
    private readonly hierarchy: Hierarchy,
    private readonly market: Market,
    private readonly trading: Trading,
    private readonly portfolios: Portfolios,
  ) {
    const { statistics } = market
    statistics.valuedSequence.watch((row, before) => {
      if (this.isUnknown) return
      const instrument = statistics.id(row)
      const sequence = statistics.valuedSequence.get(row)
      if (sequence > before) this.enter(instrument, sequence)
      // A lower one comes by undo: what it had put there goes again.
      else if (this.changed.get(instrument) === before) this.changed.delete(instrument)
    })
    statistics.hooks.push({
      inserted: (row) => {
        if (!this.isUnknown && statistics.valuedSequence.get(row) > 0)
          this.enter(statistics.id(row), statistics.valuedSequence.get(row))
      },
      removing: (row) => this.changed.delete(statistics.id(row)),
    })
    const { table } = market.indexes
    table.sequence.watch((row, before) => {
      if (this.isUnknown) return
      const sequence = table.sequence.get(row)
      for (const instrument of market.indexes.followersOf(table.name.get(row)))
        if (sequence > before) this.enter(instrument, sequence)
        else if (this.changed.get(instrument) === before) this.changed.delete(instrument)
    })
    table.hooks.push({
      inserted: (row) => {
        if (this.isUnknown) return
        for (const instrument of market.indexes.followersOf(table.name.get(row)))
          this.enter(instrument, table.sequence.get(row))
      },
      removing: (row) => {
        for (const instrument of market.indexes.followersOf(table.name.get(row)))
          if (this.changed.get(instrument) === table.sequence.get(row)) this.changed.delete(instrument)
      },
    })
  }

  /** Before the first command after a load: `isPending` says whether anything was left to restate. */
  know(isPending: boolean): void {
    if (!this.isUnknown) return
    this.isUnknown = false
    if (isPending) for (const instrument of this.market.instruments.idsInOrder()) this.enter(instrument, 0)
  }

  get isEmpty(): boolean {
    return this.changed.size === 0 && this.walk === null && this.waiting.size === 0
  }

  /** Looks through up to so many holders of instruments whose price has changed. */
  look(holdersMost: number, roomOf: (account: AccountId) => number): void {
    for (let left = holdersMost; left > 0; left -= 1) {
      const walk = this.walk ?? this.nextWalk()
      if (walk === null) return
      const { done, value: row } = walk.holders.next()
      if (done === true) {
        this.walk = null
        continue
      }
      const account = this.trading.positions.account.get(row)
      if (this.isOvertaken(row, walk.instrument)) this.waiting.push(account, roomOf(account))
    }
  }

  /** Takes out what is nearest to its limit: accounts of about so many positions together. */
  take(accountsMost: number, positionsMost: number): AccountId[] {
    const taken: AccountId[] = []
    for (let positions = 0; taken.length < accountsMost && positions < positionsMost; ) {
      const account = this.waiting.pop()
      if (account === undefined) break
      if (!this.isStale(account)) continue
      taken.push(account)
      positions += this.trading.positionsOf.count(account)
    }
    return taken
  }

  /** How much money an account has left above its requirements, in whole units of its tightest currency. */
  cover(account: AccountId): number {
    const { table, of } = this.portfolios
    let least = Number.POSITIVE_INFINITY
    for (let row = of.head(account); row !== NO_ROW; row = of.after(row)) {
      const free = Number(table.excess.get(row) - table.deficit.get(row))
      least = Math.min(least, free / 10 ** currencyOf(table.currency.get(row)).scale)
    }
    return least
  }

  *canonical(): Iterable<Plain> {
    const stale = new Set<AccountId>()
    for (const account of this.waiting.accounts()) if (this.isStale(account)) stale.add(account)
    for (const instrument of this.unseen())
      for (const row of this.trading.holders.each(instrument))
        if (this.isOvertaken(row, instrument)) stale.add(this.trading.positions.account.get(row))
    yield [...stale].sort((left, right) => left - right)
  }

  private unseen(): Iterable<InstrumentId> {
    if (this.isUnknown) return this.market.instruments.idsInOrder()
    return this.walk === null ? this.changed.keys() : [this.walk.instrument, ...this.changed.keys()]
  }

  private enter(instrument: InstrumentId, sequence: number): void {
    if (!this.changed.has(instrument) && this.trading.holders.count(instrument) > 0)
      this.changed.set(instrument, sequence)
  }

  private nextWalk(): typeof this.walk {
    const [instrument] = this.changed.keys()
    if (instrument === undefined) return null
    this.changed.delete(instrument)
    this.walk = { instrument, holders: this.trading.holders.each(instrument) }
    return this.walk
  }

  private isStale(account: AccountId): boolean {
    const { positions, positionsOf } = this.trading
    return positionsOf.some(account, (row) => this.isOvertaken(row, positions.instrument.get(row)))
  }

  private isOvertaken(position: Row, instrument: InstrumentId): boolean {
    const { trading, market, hierarchy, portfolios } = this
    if (trading.positions.quantity.get(position) === NONE) return false
    const valued = market.valuedSequence(market.instruments.row(instrument))
    if (valued === 0) return false
    const account = trading.positions.account.get(position)
    if (hierarchy.accounts.book.get(hierarchy.accounts.row(account)) !== 'customer') return false
    const currency = market.instruments.currency.get(market.instruments.row(instrument))
    const row = portfolios.find(account, currency)
    return row === NO_ROW || portfolios.table.sequence.get(row) < valued
  }
}
