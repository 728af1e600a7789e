/** A queue of accounts by how near each is to its limit: the nearest goes first, of equal ones the lower id. */
import type { AccountId } from '../hierarchy/index.js'

interface Waiting {
  readonly account: AccountId
  readonly room: number
}

const isBefore = (left: Waiting, right: Waiting): boolean =>
  left.room !== right.room ? left.room < right.room : left.account < right.account

export class NearestFirst {
  private readonly heap: Waiting[] = []
  private readonly members = new Set<AccountId>()

  get size(): number {
    return this.heap.length
  }

  accounts(): Iterable<AccountId> {
    return this.members
  }

  /** Enters an account with the room that is left to its limit; one that waits already keeps its place. */
  push(account: AccountId, room: number): void {
    if (this.members.has(account)) return
    this.members.add(account)
    const { heap } = this
    const entry = { account, room }
    let place = heap.push(entry) - 1
    while (place > 0) {
      const above = (place - 1) >> 1
      if (!isBefore(entry, heap[above] as Waiting)) break
      heap[place] = heap[above] as Waiting
      place = above
    }
    heap[place] = entry
  }

  /** Takes the nearest out, or undefined where none waits. */
  pop(): AccountId | undefined {
    const { heap } = this
    const first = heap[0]
    const last = heap.pop()
    if (first === undefined || last === undefined) return undefined
    this.members.delete(first.account)
    if (heap.length > 0) this.sink(last)
    return first.account
  }

  private sink(entry: Waiting): void {
    const { heap } = this
    let place = 0
    for (;;) {
      let below = 2 * place + 1
      if (below >= heap.length) break
      if (below + 1 < heap.length && isBefore(heap[below + 1] as Waiting, heap[below] as Waiting)) below += 1
      if (!isBefore(heap[below] as Waiting, entry)) break
      heap[place] = heap[below] as Waiting
      place = below
    }
    heap[place] = entry
  }
}
