/**
 * The roll-up room: running sums at every node of the tree, so that the value of a node with a hundred thousand
 * accounts beneath it is read, not computed. Per node and currency, positive and negative cash are kept apart.
 * Derived from the balances by row-change hooks; a posting adds to each owner on the way up, a move of a subtree
 * takes its sums from the old owners to the new ones. The outside world and the street are no part of any node:
 * the root's sum and theirs are zero together.
 */
import type { Hierarchy } from '../hierarchy/index.js'
import {
  type Derived,
  type Image,
  NO_ROW,
  type Plain,
  type Row,
  SplitAmount,
  WideSums,
} from '../image/index.js'
import type { Ledger } from '../ledger/index.js'
import { type Amount, amount, type CurrencyCode } from '../money/index.js'

export interface CashSums {
  readonly currency: CurrencyCode
  readonly positive: Amount
  readonly negative: Amount
}

/** Where the sums of a (party, currency) are. */
type Place = number
const NOWHERE: Place = -1

export class RollUp implements Derived {
  readonly name = 'roll-ups'
  private readonly positive = new WideSums()
  private readonly negative = new WideSums()
  /** The place of the same currency at the owner; NOWHERE at the root. */
  private owners = new Int32Array(0)
  private placeOfBalance = new Int32Array(0)
  private placesUsed = 0
  private readonly placesOf: Map<CurrencyCode, Place>[] = []
  private readonly change = new SplitAmount()

  constructor(
    image: Image,
    private readonly hierarchy: Hierarchy,
    private readonly ledger: Ledger,
  ) {
    const { balances } = ledger
    balances.hooks.push({
      inserted: (row) => this.enter(row),
      removing: (row) => this.add(row, ledger.posted(row), 0n),
    })
    balances.credits.watch((row, old) => this.add(row, old - balances.debits.get(row), ledger.posted(row)))
    balances.debits.watch((row, old) => this.add(row, balances.credits.get(row) - old, ledger.posted(row)))
    hierarchy.parties.owner.watch((row, old) =>
      this.move(row, old === null ? NO_ROW : hierarchy.parties.row(old)),
    )
    image.derived(this)
  }

  /** The sums of a party and everything beneath it, by currency in alphabetical order. */
  of(party: Row): CashSums[] {
    const places = this.placesOf[party]
    if (places === undefined) return []
    return [...places]
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([currency, place]) => ({
        currency,
        positive: amount(this.positive.get(place)),
        negative: amount(this.negative.get(place)),
      }))
  }

  *canonical(): Iterable<Plain> {
    const { parties } = this.hierarchy
    for (const id of parties.idsInOrder()) {
      const sums = this.of(parties.row(id)).filter(
        ({ positive, negative }) => positive !== 0n || negative !== 0n,
      )
      yield [id, ...sums.map(({ currency, positive, negative }) => [currency, positive, negative])]
    }
  }

  private enter(balance: Row): void {
    if (balance >= this.placeOfBalance.length) {
      const wider = new Int32Array(Math.max(16, Math.ceil((balance + 1) * 1.5)))
      wider.set(this.placeOfBalance)
      this.placeOfBalance = wider
    }
    const { accounts } = this.hierarchy
    const account = accounts.row(this.ledger.balances.account.get(balance))
    const book = accounts.book.get(account)
    const isOutside = book === 'outside_world' || book === 'street'
    const currency = this.ledger.balances.currency.get(balance)
    this.placeOfBalance[balance] = isOutside ? NOWHERE : this.place(this.hierarchy.partyOf(account), currency)
    this.add(balance, 0n, this.ledger.posted(balance))
  }

  private add(balance: Row, before: bigint, after: bigint): void {
    const first = this.placeOfBalance[balance] as Place
    if (first === NOWHERE || before === after) return
    this.addFrom(first, this.positive, (after > 0n ? after : 0n) - (before > 0n ? before : 0n))
    this.addFrom(first, this.negative, (after < 0n ? after : 0n) - (before < 0n ? before : 0n))
  }

  private addFrom(first: Place, sums: WideSums, change: bigint): void {
    if (change === 0n) return
    const parts = this.change.set(change)
    for (let place = first; place !== NOWHERE; place = this.owners[place] as Place) sums.add(place, parts)
  }

  /** The sums of a moved party leave its former owners and join the new ones. */
  private move(party: Row, formerOwner: Row): void {
    const owner = this.hierarchy.parties.owner.get(party)
    const newOwner = owner === null ? NO_ROW : this.hierarchy.parties.row(owner)
    for (const [currency, place] of this.placesOf[party] ?? []) {
      const positive = this.positive.get(place)
      const negative = this.negative.get(place)
      if (formerOwner !== NO_ROW) {
        this.addFrom(this.place(formerOwner, currency), this.positive, -positive)
        this.addFrom(this.place(formerOwner, currency), this.negative, -negative)
      }
      const above = newOwner === NO_ROW ? NOWHERE : this.place(newOwner, currency)
      this.owners[place] = above
      if (above === NOWHERE) continue
      this.addFrom(above, this.positive, positive)
      this.addFrom(above, this.negative, negative)
    }
  }

  private place(party: Row, currency: CurrencyCode): Place {
    const places = this.placesOf[party] ?? new Map<CurrencyCode, Place>()
    this.placesOf[party] = places
    const known = places.get(currency)
    if (known !== undefined) return known
    const place = this.placesUsed++
    if (place >= this.owners.length) this.grow(place + 1)
    places.set(currency, place)
    const owner = this.hierarchy.parties.owner.get(party)
    this.owners[place] = owner === null ? NOWHERE : this.place(this.hierarchy.parties.row(owner), currency)
    return place
  }

  private grow(needed: number): void {
    const capacity = Math.max(needed, 16, Math.ceil(this.owners.length * 1.5))
    const owners = new Int32Array(capacity)
    owners.set(this.owners)
    this.owners = owners
    this.positive.grow(capacity)
    this.negative.grow(capacity)
  }
}
