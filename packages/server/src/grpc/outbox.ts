/**
 * What waits for the reader of a stream. It holds a bounded number of items and never more; a reader that takes nothing
 * between two heartbeats while something waits has stalled.
 */
export class Outbox<Item> {
  private items: Item[] = []
  private isTouched = true
  private isClosed = false
  private wake: () => void = () => {}
  private emptied: () => void = () => {}

  constructor(private readonly most: number) {}

  /** False when it is full. */
  put(item: Item): boolean {
    if (this.items.length >= this.most) return false
    this.items.push(item)
    this.wake()
    return true
  }

  get isEmpty(): boolean {
    return this.items.length === 0
  }

  /** Nothing more comes out of it; what waited is gone. */
  close(): void {
    this.isClosed = true
    this.items = []
    this.wake()
    this.emptied()
  }

  /** The next item once there is one; null once it is closed. */
  async take(): Promise<Item | null> {
    this.touch()
    while (this.items.length === 0 && !this.isClosed) {
      this.emptied()
      await new Promise<void>((resolve) => {
        this.wake = resolve
      })
    }
    return this.items.shift() ?? null
  }

  /** The reader took something, here or elsewhere. */
  touch(): void {
    this.isTouched = true
  }

  /** Whether something waits and nothing was taken since the last time this was asked. */
  hasStalled(): boolean {
    const hasStalled = !this.isTouched && !this.isEmpty
    this.isTouched = false
    return hasStalled
  }

  /** Resolves once the reader has taken everything. */
  async drained(): Promise<void> {
    if (this.isEmpty || this.isClosed) return
    await new Promise<void>((resolve) => {
      this.emptied = resolve
    })
  }
}
