/** Keys that end with the process, as a book in memory does. */
import type { KeyShelf, WrappedKey } from './key-shelf.js'

export class MemoryKeyShelf implements KeyShelf {
  private readonly keys = new Map<string, string>()

  async find(name: string): Promise<string | null> {
    return this.keys.get(name) ?? null
  }

  async keep(keys: readonly WrappedKey[]): Promise<void> {
    for (const { name, wrappedKey } of keys) if (!this.keys.has(name)) this.keys.set(name, wrappedKey)
  }

  async drop(name: string): Promise<void> {
    this.keys.delete(name)
  }

  async all(): Promise<readonly WrappedKey[]> {
    return [...this.keys]
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([name, wrappedKey]) => ({ name, wrappedKey }))
  }

  async close(): Promise<void> {}
}
