/**
 * The roll-up room: running sums at every node of the tree, so that the value of a node with a hundred thousand
 * accounts beneath it is read, not computed. Per node and currency, positive and negative cash and what is held are
 * kept apart; what instruments and margin come to is kept beside it. Derived from the balances by row-change hooks; a
 * posting adds to each owner on the way up, a move of a subtree takes its sums from the old owners to the new ones. The
 * outside world and the street are no part of any node: the root's sum and theirs are zero together.
 */
import { type Hierarchy, isOutside, NO_PLACE, NodeSums, type SumPlace } from '../hierarchy/index.js'
import { type Derived, fitsLow, type Image, type Plain, type Row, roomFor, widened } from '../image/index.js'
import type { Ledger } from '../ledger/index.js'
import type { Margin, MarginContext } from '../margin/index.js'
import type { Market } from '../market/index.js'
import { type Amount, amount, type CurrencyCode } from '../money/index.js'
import type { Trading } from '../trading/index.js'
import { InstrumentSums } from './instrument-sums.js'
import { MarginSums } from './margin-sums.js'
import { SubtreeCounts } from './subtree-counts.js'

export interface CashSums {
  readonly currency: CurrencyCode
  readonly positive: Amount
  readonly negative: Amount
  readonly held: Amount
}

export interface RollUpContext extends MarginContext {
  readonly rollup: RollUp
}

const POSITIVE = 0
const NEGATIVE = 1
const HELD = 2

export class RollUp implements Derived {
  readonly name = 'roll-ups'
  readonly counts: SubtreeCounts
  readonly instruments: InstrumentSums
  readonly margin: MarginSums
  private readonly sums: NodeSums
  private placeOfBalance = new Int32Array(0)
  private readonly codes: CurrencyCode[] = []

  constructor(
    image: Image,
    private readonly hierarchy: Hierarchy,
    private readonly ledger: Ledger,
    market: Market,
    trading: Trading,
    margin: Margin,
  ) {
    const { balances } = ledger
    balances.hooks.push({
      inserted: (row) => this.enter(row),
      removing: (row) => {
        this.add(row, ledger.posted(row), 0n)
        this.addHeld(row, -ledger.held(row))
      },
    })
    balances.credits.watch((row, old) => {
      const debits = balances.debits.number(row)
      if (this.addLow(row, Number(old) - debits, balances.credits.number(row) - debits)) return
      const exactDebits = balances.debits.get(row)
      this.add(row, old - exactDebits, balances.credits.get(row) - exactDebits)
    })
    balances.debits.watch((row, old) => {
      const credits = balances.credits.number(row)
      if (this.addLow(row, credits - Number(old), credits - balances.debits.number(row))) return
      const exactCredits = balances.credits.get(row)
      this.add(row, exactCredits - old, exactCredits - balances.debits.get(row))
    })
    balances.held.watch((row, old) => this.addHeld(row, balances.held.get(row) - old))
    this.sums = new NodeSums(hierarchy, 3)
    this.counts = new SubtreeCounts(hierarchy)
    this.instruments = new InstrumentSums(hierarchy, market, trading)
    this.margin = new MarginSums(hierarchy, margin.portfolios)
    for (const derived of [this, this.counts, this.instruments, this.margin]) image.derived(derived)
  }

  /**
   * The sums of a party and everything beneath it, by currency in alphabetical order. Where nothing is left of a currency
   * it is not in them: that something was there once, or was undone, is not seen after a start.
   */
  of(party: Row): CashSums[] {
    const cash: CashSums[] = []
    const { sums } = this
    for (let place = sums.first(party); place !== NO_PLACE; place = sums.after(place)) {
      const [positive, negative] = [amount(sums.get(POSITIVE, place)), amount(sums.get(NEGATIVE, place))]
      const held = amount(sums.get(HELD, place))
      if (positive === 0n && negative === 0n && held === 0n) continue
      cash.push({ currency: this.codes[sums.codeAt(place)] as CurrencyCode, positive, negative, held })
    }
    return cash.sort((left, right) => (left.currency < right.currency ? -1 : 1))
  }

  *canonical(): Iterable<Plain> {
    const { parties } = this.hierarchy
    for (const id of parties.idsInOrder()) {
      const sums = this.of(parties.row(id))
      yield [
        id,
        ...sums.map(({ currency, positive, negative, held }) => [currency, positive, negative, held]),
      ]
    }
  }

  private enter(balance: Row): void {
    if (balance >= this.placeOfBalance.length)
      this.placeOfBalance = widened(this.placeOfBalance, roomFor(balance + 1, this.placeOfBalance.length))
    const account = this.hierarchy.accounts.row(this.ledger.balances.account.get(balance))
    const currency = this.ledger.balances.currency.get(balance)
    this.placeOfBalance[balance] = isOutside(this.hierarchy, account)
      ? NO_PLACE
      : this.sums.place(this.hierarchy.partyOf(account), this.codeOf(currency))
    this.add(balance, 0n, this.ledger.posted(balance))
    this.addHeld(balance, this.ledger.held(balance))
  }

  private add(balance: Row, before: bigint, after: bigint): void {
    const { sums } = this
    const first = this.placeOfBalance[balance] as SumPlace
    if (first === NO_PLACE || before === after) return
    if (before >= 0n && after >= 0n) sums.add(first, POSITIVE, after - before)
    else if (before <= 0n && after <= 0n) sums.add(first, NEGATIVE, after - before)
    else {
      sums.add(first, POSITIVE, after > 0n ? after : -before)
      sums.add(first, NEGATIVE, after < 0n ? after : -before)
    }
  }

  /**
   * As `add`, for amounts that a float holds, which takes no bigint; says whether they were such. A difference below
   * 2^51 of which one side is exact is exact itself, for then the other side is below 2^53.
   */
  private addLow(balance: Row, before: number, after: number): boolean {
    if (!fitsLow(before) || !fitsLow(after) || !fitsLow(after - before)) return false
    const { sums } = this
    const first = this.placeOfBalance[balance] as SumPlace
    if (first === NO_PLACE || before === after) return true
    if (before >= 0 && after >= 0) sums.addLow(first, POSITIVE, after - before)
    else if (before <= 0 && after <= 0) sums.addLow(first, NEGATIVE, after - before)
    else {
      sums.addLow(first, POSITIVE, after > 0 ? after : -before)
      sums.addLow(first, NEGATIVE, after < 0 ? after : -before)
    }
    return true
  }

  private addHeld(balance: Row, change: bigint): void {
    const first = this.placeOfBalance[balance] as SumPlace
    if (first !== NO_PLACE) this.sums.add(first, HELD, change)
  }

  private codeOf(currency: CurrencyCode): number {
    const known = this.codes.indexOf(currency)
    return known >= 0 ? known : this.codes.push(currency) - 1
  }
}
