/** Ids by the time at which they are due, the earliest first: a binary heap. */
interface Due<Id> {
  readonly id: Id
  readonly at: number
}

export class DueTimes<Id> {
  private readonly heap: Due<Id>[] = []

  add(id: Id, at: number): void {
    const { heap } = this
    let place = heap.push({ id, at }) - 1
    for (let above = (place - 1) >> 1; place > 0 && this.at(above) > at; above = (place - 1) >> 1) {
      this.swap(place, above)
      place = above
    }
  }

  /** When the earliest is due. */
  next(): number | undefined {
    return this.heap[0]?.at
  }

  /** Takes out the earliest, where it is due at `now` or before. */
  takeUpTo(now: number): Id | undefined {
    const [first] = this.heap
    if (first === undefined || first.at > now) return undefined
    const last = this.heap.pop() as Due<Id>
    if (this.heap.length > 0) {
      this.heap[0] = last
      this.sink()
    }
    return first.id
  }

  private sink(): void {
    for (let place = 0; ; ) {
      const left = 2 * place + 1
      const least = this.at(left + 1) < this.at(left) ? left + 1 : left
      if (this.at(least) >= this.at(place)) return
      this.swap(place, least)
      place = least
    }
  }

  private at(place: number): number {
    return this.heap[place]?.at ?? Number.POSITIVE_INFINITY
  }

  private swap(one: number, other: number): void {
    const { heap } = this
    const kept = heap[one] as Due<Id>
    heap[one] = heap[other] as Due<Id>
    heap[other] = kept
  }
}
