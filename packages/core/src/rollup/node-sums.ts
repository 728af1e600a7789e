/**
 * Running sums at every node of the tree, by a code: a currency, an instrument, a model of margin. What is added at a
 * party is added to each owner above it; a move of a subtree takes its sums from the old owners to the new ones.
 *
 * The sums of a (party, code) are at a place in typed arrays, chained from the party's row, so a party that has
 * nothing of a kind costs four bytes. Where there are many codes the places are found by an index, else by the chain.
 */
import type { Hierarchy } from '../hierarchy/index.js'
import { fitsLow, IdIndex, NO_ROW, type Row, roomFor, WideSums, widened } from '../image/index.js'

/** Where the sums of a (party, code) are. */
export type Place = number
export const NOWHERE: Place = -1

/** Codes are below it; with the row of a party they make one number of 53 bits. */
const CODES_MAX = 2 ** 21

/** What hangs on the places besides sums: told when one comes to stand under another place than before. */
export interface PlaceHook {
  moved(place: Place, from: Place, to: Place): void
}

export class NodeSums {
  /** One for each figure that is summed. */
  readonly sums: readonly WideSums[]
  /** The place of the same code at the owner; NOWHERE at the root. */
  private owners = new Int32Array(0)
  /** The next place of the same party. */
  private next = new Int32Array(0)
  private codes = new Int32Array(0)
  private firstOfParty = new Int32Array(0)
  private placesUsed = 0
  private readonly free: Place[] = []
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
  first(party: Row): Place {
    return this.firstOfParty[party] ?? NOWHERE
  }

  after(place: Place): Place {
    return this.next[place] as Place
  }

  codeAt(place: Place): number {
    return this.codes[place] as number
  }

  ownerOf(place: Place): Place {
    return this.owners[place] as Place
  }

  get(figure: number, place: Place): bigint {
    return (this.sums[figure] as WideSums).get(place)
  }

  /** The same as a number, exactly; NaN where it is beyond 53 bits. */
  small(figure: number, place: Place): number {
    return (this.sums[figure] as WideSums).small(place)
  }

  /** Adds at a place and at each owner above it. */
  add(first: Place, figure: number, change: bigint): void {
    if (change === 0n) return
    const low = Number(change)
    if (fitsLow(low)) {
      this.addLow(first, figure, low)
      return
    }
    const sums = this.sums[figure] as WideSums
    for (let place = first; place !== NOWHERE; place = this.owners[place] as Place) sums.add(place, change)
  }

  /** The same for an amount that `fitsLow`. */
  addLow(first: Place, figure: number, change: number): void {
    const { owners } = this
    const sums = this.sums[figure] as WideSums
    for (let place = first; place !== NOWHERE; place = owners[place] as Place) sums.addLow(place, change)
  }

  /** The place of a code at a party; made where there is none, at each owner too. */
  place(party: Row, code: number): Place {
    const known = this.find(party, code)
    if (known !== NOWHERE) return known
    const owner = this.ownerRow(party)
    const above = owner === NO_ROW ? NOWHERE : this.place(owner, code)
    const place = this.free.pop() ?? this.placesUsed++
    if (place >= this.owners.length) this.grow(place + 1)
    this.owners[place] = above
    this.codes[place] = code
    this.next[place] = this.first(party)
    this.firstOfParty[party] = place
    this.index?.add(keyOf(party, code), place)
    return place
  }

  find(party: Row, code: number): Place {
    if (this.index !== null) return this.index.find(keyOf(party, code))
    for (let place = this.first(party); place !== NOWHERE; place = this.next[place] as Place)
      if (this.codes[place] === code) return place
    return NOWHERE
  }

  /** The sums of a moved party leave its former owners and join the new ones. */
  private move(party: Row, formerOwner: Row): void {
    const newOwner = this.ownerRow(party)
    for (let place = this.first(party); place !== NOWHERE; place = this.next[place] as Place) {
      const code = this.codes[place] as number
      const above = newOwner === NO_ROW ? NOWHERE : this.place(newOwner, code)
      const below = formerOwner === NO_ROW ? NOWHERE : this.place(formerOwner, code)
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
    this.firstOfParty[party] = NOWHERE
  }

  /** A party goes only by undo, after all that was beneath it; its row and its places serve another one. */
  private forget(party: Row): void {
    for (let place = this.first(party); place !== NOWHERE; ) {
      const following = this.next[place] as Place
      for (const sums of this.sums) sums.put(place, 0n)
      this.index?.remove(keyOf(party, this.codes[place] as number))
      this.free.push(place)
      place = following
    }
    this.firstOfParty[party] = NOWHERE
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
