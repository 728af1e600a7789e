/**
 * What waits for the reader of a stream. A reader that takes nothing between two heartbeats while something waits has
 * stalled.
 */
export abstract class Waiting<Item> {
  private isTouched = true
  private isClosed = false
  private wake: () => void = () => {}
  private emptied: () => void = () => {}

  abstract get isEmpty(): boolean
  protected abstract shift(): Item | undefined
  protected abstract clear(): void

  /** Nothing more comes out of it; what waited is gone. */
  close(): void {
    this.isClosed = true
    this.clear()
    this.wake()
    this.emptied()
  }

  /** The next item once there is one; null once it is closed. */
  async take(): Promise<Item | null> {
    this.touch()
    while (this.isEmpty && !this.isClosed) {
      this.emptied()
      await new Promise<void>((resolve) => {
        this.wake = resolve
      })
    }
    return this.shift() ?? null
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

  protected arrived(): void {
    this.wake()
  }
}
