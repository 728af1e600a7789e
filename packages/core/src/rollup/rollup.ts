/**
 * The roll-up room: running sums at every node of the tree, so that the value of a node with a hundred thousand
 * accounts beneath it is read, not computed. Per node and currency, positive and negative cash and what is held are
 * kept apart. Derived from the balances by row-change hooks; a posting adds to each owner on the way up, a move of a
 * subtree takes its sums from the old owners to the new ones. The outside world and the street are no part of any
 * node: the root's sum and theirs are zero together.
 *
 * The sums of a (party, currency) are at a place in typed arrays, chained from the party's row: a party with money
 * in one currency costs about 90 bytes, and one without costs four.
 */
import type { Hierarchy } from '../hierarchy/index.js'
import {
  type Derived,
  fitsLow,
  type Image,
  NO_ROW,
  type Plain,
  type Row,
  roomFor,
  WideSums,
  widened,
} from '../image/index.js'
import type { Ledger } from '../ledger/index.js'
import type { MarginContext } from '../margin/index.js'
import { type Amount, amount, type CurrencyCode } from '../money/index.js'
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

/** Where the sums of a (party, currency) are. */
type Place = number
const NOWHERE: Place = -1

export class RollUp implements Derived {
  readonly name = 'roll-ups'
  readonly counts: SubtreeCounts
  private readonly positive = new WideSums()
  private readonly negative = new WideSums()
  private readonly held = new WideSums()
  /** The place of the same currency at the owner; NOWHERE at the root. */
  private owners = new Int32Array(0)
  /** The next place of the same party. */
  private next = new Int32Array(0)
  private currencies = new Uint16Array(0)
  private firstOfParty = new Int32Array(0)
  private placeOfBalance = new Int32Array(0)
  private placesUsed = 0
  private readonly freePlaces: Place[] = []
  private readonly codes: CurrencyCode[] = []

  constructor(
    image: Image,
    private readonly hierarchy: Hierarchy,
    private readonly ledger: Ledger,
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
    hierarchy.parties.hooks.push({ inserted: (row) => this.begin(row), removing: (row) => this.forget(row) })
    hierarchy.parties.owner.watch((row, old) =>
      this.move(row, old === null ? NO_ROW : hierarchy.parties.find(old)),
    )
    this.counts = new SubtreeCounts(hierarchy)
    image.derived(this)
    image.derived(this.counts)
  }

  /** The sums of a party and everything beneath it, by currency in alphabetical order. */
  of(party: Row): CashSums[] {
    const sums: CashSums[] = []
    for (let place = this.first(party); place !== NOWHERE; place = this.next[place] as Place) {
      sums.push({
        currency: this.codes[this.currencies[place] as number] as CurrencyCode,
        positive: amount(this.positive.get(place)),
        negative: amount(this.negative.get(place)),
        held: amount(this.held.get(place)),
      })
    }
    return sums.sort((left, right) => (left.currency < right.currency ? -1 : 1))
  }

  *canonical(): Iterable<Plain> {
    const { parties } = this.hierarchy
    for (const id of parties.idsInOrder()) {
      const sums = this.of(parties.row(id)).filter(
        ({ positive, negative, held }) => positive !== 0n || negative !== 0n || held !== 0n,
      )
      yield [
        id,
        ...sums.map(({ currency, positive, negative, held }) => [currency, positive, negative, held]),
      ]
    }
  }

  private enter(balance: Row): void {
    if (balance >= this.placeOfBalance.length)
      this.placeOfBalance = widened(this.placeOfBalance, roomFor(balance + 1, this.placeOfBalance.length))
    const { accounts } = this.hierarchy
    const account = accounts.row(this.ledger.balances.account.get(balance))
    const book = accounts.book.get(account)
    const isOutside = book === 'outside_world' || book === 'street'
    const currency = this.ledger.balances.currency.get(balance)
    this.placeOfBalance[balance] = isOutside
      ? NOWHERE
      : this.place(this.hierarchy.partyOf(account), this.codeOf(currency))
    this.add(balance, 0n, this.ledger.posted(balance))
    this.addHeld(balance, this.ledger.held(balance))
  }

  private add(balance: Row, before: bigint, after: bigint): void {
    const first = this.placeOfBalance[balance] as Place
    if (first === NOWHERE || before === after) return
    if (before >= 0n && after >= 0n) this.addFrom(first, this.positive, after - before)
    else if (before <= 0n && after <= 0n) this.addFrom(first, this.negative, after - before)
    else {
      this.addFrom(first, this.positive, after > 0n ? after : -before)
      this.addFrom(first, this.negative, after < 0n ? after : -before)
    }
  }

  /**
   * As `add`, for amounts that a float holds, which takes no bigint; says whether they were such. A difference below
   * 2^51 of which one side is exact is exact itself, for then the other side is below 2^53.
   */
  private addLow(balance: Row, before: number, after: number): boolean {
    if (!fitsLow(before) || !fitsLow(after) || !fitsLow(after - before)) return false
    const first = this.placeOfBalance[balance] as Place
    if (first === NOWHERE || before === after) return true
    if (before >= 0 && after >= 0) this.addLowFrom(first, this.positive, after - before)
    else if (before <= 0 && after <= 0) this.addLowFrom(first, this.negative, after - before)
    else {
      this.addLowFrom(first, this.positive, after > 0 ? after : -before)
      this.addLowFrom(first, this.negative, after < 0 ? after : -before)
    }
    return true
  }

  private addLowFrom(first: Place, sums: WideSums, change: number): void {
    const { owners } = this
    for (let place = first; place !== NOWHERE; place = owners[place] as Place) sums.addLow(place, change)
  }

  private addHeld(balance: Row, change: bigint): void {
    const first = this.placeOfBalance[balance] as Place
    if (first !== NOWHERE) this.addFrom(first, this.held, change)
  }

  private addFrom(first: Place, sums: WideSums, change: bigint): void {
    if (change === 0n) return
    for (let place = first; place !== NOWHERE; place = this.owners[place] as Place) sums.add(place, change)
  }

  /** The sums of a moved party leave its former owners and join the new ones. */
  private move(party: Row, formerOwner: Row): void {
    const newOwner = this.ownerOf(party)
    for (let place = this.first(party); place !== NOWHERE; place = this.next[place] as Place) {
      const code = this.currencies[place] as number
      const above = newOwner === NO_ROW ? NOWHERE : this.place(newOwner, code)
      const below = formerOwner === NO_ROW ? NOWHERE : this.place(formerOwner, code)
      this.owners[place] = above
      for (const sums of [this.positive, this.negative, this.held]) {
        const sum = sums.get(place)
        this.addFrom(below, sums, -sum)
        this.addFrom(above, sums, sum)
      }
    }
  }

  private begin(party: Row): void {
    if (party >= this.firstOfParty.length)
      this.firstOfParty = widened(this.firstOfParty, roomFor(party + 1, this.firstOfParty.length))
    this.firstOfParty[party] = NOWHERE
  }

  /** A party goes only by undo, after all that was beneath it; its row and its places serve another one. */
  private forget(party: Row): void {
    for (let place = this.first(party); place !== NOWHERE; ) {
      const following = this.next[place] as Place
      for (const sums of [this.positive, this.negative, this.held]) sums.put(place, 0n)
      this.freePlaces.push(place)
      place = following
    }
    this.firstOfParty[party] = NOWHERE
  }

  private first(party: Row): Place {
    return this.firstOfParty[party] ?? NOWHERE
  }

  private ownerOf(party: Row): Row {
    const owner = this.hierarchy.parties.owner.get(party)
    return owner === null ? NO_ROW : this.hierarchy.parties.row(owner)
  }

  private codeOf(currency: CurrencyCode): number {
    const known = this.codes.indexOf(currency)
    return known >= 0 ? known : this.codes.push(currency) - 1
  }

  private place(party: Row, code: number): Place {
    const first = this.first(party)
    for (let place = first; place !== NOWHERE; place = this.next[place] as Place)
      if (this.currencies[place] === code) return place
    const owner = this.ownerOf(party)
    const above = owner === NO_ROW ? NOWHERE : this.place(owner, code)
    const place = this.freePlaces.pop() ?? this.placesUsed++
    if (place >= this.owners.length) this.grow(place + 1)
    this.owners[place] = above
    this.currencies[place] = code
    this.next[place] = first
    this.firstOfParty[party] = place
    return place
  }

  private grow(needed: number): void {
    const room = roomFor(needed, this.owners.length)
    this.owners = widened(this.owners, room)
    this.next = widened(this.next, room)
    this.currencies = widened(this.currencies, room)
    for (const sums of [this.positive, this.negative, this.held]) sums.grow(room)
  }
}
