/** Waits in order, a bounded number and never more. */
import { Waiting } from './waiting.js'

export class Outbox<Item> extends Waiting<Item> {
  private items: Item[] = []

  constructor(private readonly most: number) {
    super()
  }

  /** False when it is full. */
  put(item: Item): boolean {
    if (this.items.length >= this.most) return false
    this.items.push(item)
    this.arrived()
    return true
  }

  /** The next item too, if it is there and of that sort. */
  takeIf<Wanted extends Item>(isWanted: (item: Item) => item is Wanted): Wanted | null {
    const [next] = this.items
    if (next === undefined || !isWanted(next)) return null
    this.items.shift()
    return next
  }

  get isEmpty(): boolean {
    return this.items.length === 0
  }

  protected shift(): Item | undefined {
    return this.items.shift()
  }

  protected clear(): void {
    this.items = []
  }
}
