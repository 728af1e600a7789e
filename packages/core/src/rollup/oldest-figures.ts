/**
 * The oldest figure at each place of the tree: of the portfolios that stand there themselves, and of the places beneath.
 * Every place keeps its members in a heap by their sequence, so that a restated portfolio moves down a few heaps and the
 * oldest of a node is read at once.
 */
import { NO_PLACE, type NodeSums, type SumPlace } from '../hierarchy/index.js'
import type { Row } from '../image/index.js'

/** 2 × row for a portfolio, 2 × place + 1 for a place beneath. */
type Member = number

/** What is in nobody's heap. */
const NO_SEQUENCE = Number.POSITIVE_INFINITY

export class OldestFigures {
  private readonly heaps: Member[][] = []
  private readonly keys: number[] = []
  /** Where a member stands in the heap that it is in. */
  private readonly ranks: number[] = []

  constructor(private readonly tree: () => NodeSums) {}

  /** The sequence of the oldest figure, or Infinity where there is none. */
  at(place: SumPlace): number {
    const first = this.heaps[place]?.[0]
    return first === undefined ? NO_SEQUENCE : (this.keys[first] as number)
  }

  enter(place: SumPlace, portfolio: Row, sequence: number): void {
    this.set(place, 2 * portfolio, sequence)
  }

  leave(place: SumPlace, portfolio: Row): void {
    this.set(place, 2 * portfolio, NO_SEQUENCE)
  }

  /** A place comes to stand under another one: its oldest goes with it. */
  moved(place: SumPlace, from: SumPlace, to: SumPlace): void {
    const oldest = this.at(place)
    if (from !== NO_PLACE) this.set(from, 2 * place + 1, NO_SEQUENCE)
    if (to !== NO_PLACE) this.set(to, 2 * place + 1, oldest)
  }

  /** Puts a member's sequence, on the way up as far as it changes the oldest; Infinity takes it out. */
  private set(start: SumPlace, first: Member, firstSequence: number): void {
    let [place, member, sequence] = [start, first, firstSequence]
    while (place !== NO_PLACE) {
      const before = this.at(place)
      this.put(place, member, sequence)
      const after = this.at(place)
      if (after === before) return
      member = 2 * place + 1
      sequence = after
      place = this.tree().ownerOf(place)
    }
  }

  private put(place: SumPlace, member: Member, sequence: number): void {
    let heap = this.heaps[place]
    if (heap === undefined) {
      heap = []
      this.heaps[place] = heap
    }
    const rank = this.ranks[member] ?? -1
    if (sequence === NO_SEQUENCE) {
      if (rank >= 0) this.take(heap, member, rank)
      return
    }
    this.keys[member] = sequence
    if (rank < 0) this.rise(heap, member, heap.length)
    else if (this.rise(heap, member, rank) === rank) this.sink(heap, member, rank)
  }

  private take(heap: Member[], member: Member, rank: number): void {
    this.ranks[member] = -1
    const last = heap.pop() as Member
    if (last === member) return
    if (this.rise(heap, last, rank) === rank) this.sink(heap, last, rank)
  }

  private rise(heap: Member[], member: Member, from: number): number {
    const key = this.keys[member] as number
    let rank = from
    while (rank > 0) {
      const above = (rank - 1) >> 1
      const other = heap[above] as Member
      if ((this.keys[other] as number) <= key) break
      this.stand(heap, other, rank)
      rank = above
    }
    this.stand(heap, member, rank)
    return rank
  }

  private sink(heap: Member[], member: Member, from: number): void {
    const key = this.keys[member] as number
    let rank = from
    for (;;) {
      let below = 2 * rank + 1
      if (below >= heap.length) break
      if (below + 1 < heap.length && this.keyAt(heap, below + 1) < this.keyAt(heap, below)) below += 1
      if (key <= this.keyAt(heap, below)) break
      this.stand(heap, heap[below] as Member, rank)
      rank = below
    }
    this.stand(heap, member, rank)
  }

  private keyAt(heap: Member[], rank: number): number {
    return this.keys[heap[rank] as Member] as number
  }

  private stand(heap: Member[], member: Member, rank: number): void {
    heap[rank] = member
    this.ranks[member] = rank
  }
}
