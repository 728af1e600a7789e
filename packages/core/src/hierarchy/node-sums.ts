/**
 * Running sums at every node of the tree, by a code: a currency, an instrument, a model of margin. What is added at a
 * party is added to each owner above it; a move of a subtree takes its sums from the old owners to the new ones.
 *
 * The sums of a (party, code) are at a place in typed arrays, chained from the party's row, so a party that has
 * nothing of a kind costs four bytes. Where there are many codes the places are found by an index, else by the chain.
 */

import { fitsLow, IdIndex, NO_ROW, type Row, roomFor, WideSums, widened } from '../image/index.js'
import type { Hierarchy } from './hierarchy.js'

/** Where the sums of a (party, code) are. */
export type SumPlace = number
export const NO_PLACE: SumPlace = -1

/** Codes are below it; with the row of a party they make one number of 53 bits. */
const CODES_MAX = 2 ** 21

/** What hangs on the places besides sums: told when one comes to stand under another place than before. */
export interface PlaceHook {
  moved(place: SumPlace, from: SumPlace, to: SumPlace): void
}

export class NodeSums {
  /** One for each figure that is summed. */
  readonly sums: readonly WideSums[]
  /** The place of the same code at the owner; NO_PLACE at the root. */
  private owners = new Int32Array(0)
  /** The next place of the same party. */
  private next = new Int32Array(0)
  private codes = new Int32Array(0)
  private firstOfParty = new Int32Array(0)
  private placesUsed = 0
  private readonly free: SumPlace[] = []
  private readonly index: IdIndex | null
  private readonly hook: PlaceHook | null

  constructor(
    private readonly hierarchy: Hierarchy,
    figures: number,
    { hasManyCodes = false, hook = null }: { hasManyCodes?: boolean; hook?: PlaceHook | null } = {},
  ) {
    this.hook = hook
    this.index = hasManyCodes ? new IdIndex() : null
    this.sums = Array.from({ length: figures }, () => new WideSums())
    hierarchy.parties.hooks.push({ inserted: (row) => this.begin(row), removing: (row) => this.forget(row) })
    hierarchy.parties.owner.watch((row, old) =>
      this.move(row, old === null ? NO_ROW : hierarchy.parties.find(old)),
    )
  }

  /** The places of a party, in no order that may be seen from outside: begin with `first`, go on with `after`. */
  first(party: Row): SumPlace {
    return this.firstOfParty[party] ?? NO_PLACE
  }

  after(place: SumPlace): SumPlace {
    return this.next[place] as SumPlace
  }

  codeAt(place: SumPlace): number {
    return this.codes[place] as number
  }

  ownerOf(place: SumPlace): SumPlace {
    return this.owners[place] as SumPlace
  }

  get(figure: number, place: SumPlace): bigint {
    return (this.sums[figure] as WideSums).get(place)
  }

  /** The same as a number, exactly; NaN where it is beyond 53 bits. */
  small(figure: number, place: SumPlace): number {
    return (this.sums[figure] as WideSums).small(place)
  }

  /** Forgets a figure at every node. */
  clear(figure: number): void {
    const sums = this.sums[figure] as WideSums
    sums.clear()
  }

  /** Adds at a place and at each owner above it. */
  add(first: SumPlace, figure: number, change: bigint): void {
    if (change === 0n) return
    const low = Number(change)
    if (fitsLow(low)) {
      this.addLow(first, figure, low)
      return
    }
    const sums = this.sums[figure] as WideSums
    for (let place = first; place !== NO_PLACE; place = this.owners[place] as SumPlace)
      sums.add(place, change)
  }

  /** The same for an amount that `fitsLow`. */
  addLow(first: SumPlace, figure: number, change: number): void {
    const { owners } = this
    const sums = this.sums[figure] as WideSums
    for (let place = first; place !== NO_PLACE; place = owners[place] as SumPlace) sums.addLow(place, change)
  }

  /** The place of a code at a party; made where there is none, at each owner too. */
  place(party: Row, code: number): SumPlace {
    const known = this.find(party, code)
    if (known !== NO_PLACE) return known
    const owner = this.ownerRow(party)
    const above = owner === NO_ROW ? NO_PLACE : this.place(owner, code)
    const place = this.free.pop() ?? this.placesUsed++
    if (place >= this.owners.length) this.grow(place + 1)
    this.owners[place] = above
    this.codes[place] = code
    this.next[place] = this.first(party)
    this.firstOfParty[party] = place
    this.index?.add(keyOf(party, code), place)
    return place
  }

  find(party: Row, code: number): SumPlace {
    if (this.index !== null) return this.index.find(keyOf(party, code))
    for (let place = this.first(party); place !== NO_PLACE; place = this.next[place] as SumPlace)
      if (this.codes[place] === code) return place
    return NO_PLACE
  }

  /** The sums of a moved party leave its former owners and join the new ones. */
  private move(party: Row, formerOwner: Row): void {
    const newOwner = this.ownerRow(party)
    for (let place = this.first(party); place !== NO_PLACE; place = this.next[place] as SumPlace) {
      const code = this.codes[place] as number
      const above = newOwner === NO_ROW ? NO_PLACE : this.place(newOwner, code)
      const below = formerOwner === NO_ROW ? NO_PLACE : this.place(formerOwner, code)
      this.owners[place] = above
      for (let figure = 0; figure < this.sums.length; figure += 1) {
        const sum = this.get(figure, place)
        this.add(below, figure, -sum)
        this.add(above, figure, sum)
      }
      this.hook?.moved(place, below, above)
    }
  }

  private begin(party: Row): void {
    if (party >= this.firstOfParty.length)
      this.firstOfParty = widened(this.firstOfParty, roomFor(party + 1, this.firstOfParty.length))
    this.firstOfParty[party] = NO_PLACE
  }

  /** A party goes only by undo, after all that was beneath it; its row and its places serve another one. */
  private forget(party: Row): void {
    for (let place = this.first(party); place !== NO_PLACE; ) {
      const following = this.next[place] as SumPlace
      for (const sums of this.sums) sums.put(place, 0n)
      this.index?.remove(keyOf(party, this.codes[place] as number))
      this.free.push(place)
      place = following
    }
    this.firstOfParty[party] = NO_PLACE
  }

  private ownerRow(party: Row): Row {
    const owner = this.hierarchy.parties.owner.get(party)
    return owner === null ? NO_ROW : this.hierarchy.parties.row(owner)
  }

  private grow(needed: number): void {
    const room = roomFor(needed, this.owners.length)
    this.owners = widened(this.owners, room)
    this.next = widened(this.next, room)
    this.codes = widened(this.codes, room)
    for (const sums of this.sums) sums.grow(room)
  }
}

/** What the outside world and the street have is no part of any node. */
export function isOutside({ accounts }: Hierarchy, account: Row): boolean {
  const book = accounts.book.get(account)
  return book === 'outside_world' || book === 'street'
}

const keyOf = (party: Row, code: number): number => party * CODES_MAX + code + 1
