/** Waits under keys, the latest of each: what was not read yet is superseded, and keeps its turn. */
import { Waiting } from './waiting.js'

export class Latest<Key, Item> extends Waiting<Item> {
  private readonly items = new Map<Key, Item>()

  put(key: Key, item: Item): void {
    this.items.set(key, item)
    this.arrived()
  }

  drop(key: Key): void {
    this.items.delete(key)
  }

  get isEmpty(): boolean {
    return this.items.size === 0
  }

  protected shift(): Item | undefined {
    for (const [key, item] of this.items) {
      this.items.delete(key)
      return item
    }
    return undefined
  }

  protected clear(): void {
    this.items.clear()
  }
}
