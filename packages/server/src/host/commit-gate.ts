/**
 * The gate: nothing passes before everything that it depends on is durable. What is asked for at a sequence waits
 * until that sequence is; after a failed write the gate stays shut for ever.
 */
interface Waiting {
  readonly sequence: number
  readonly release: () => void
}

export class CommitGate {
  private durable: number
  private readonly waiting: Waiting[] = []
  private first = 0

  constructor(durable: number) {
    this.durable = durable
  }

  get durableSequence(): number {
    return this.durable
  }

  /** Calls `release` when `sequence` is durable: at once where it is. Sequences are asked for in rising order. */
  pass(sequence: number, release: () => void): void {
    if (sequence <= this.durable) release()
    else this.waiting.push({ sequence, release })
  }

  /** Everything through `sequence` is durable. */
  open(sequence: number): void {
    this.durable = sequence
    const { waiting } = this
    while (this.first < waiting.length && (waiting[this.first] as Waiting).sequence <= sequence) {
      ;(waiting[this.first++] as Waiting).release()
    }
    if (this.first === waiting.length) {
      waiting.length = 0
      this.first = 0
    } else if (this.first > 4_096) {
      waiting.splice(0, this.first)
      this.first = 0
    }
  }

  get size(): number {
    return this.waiting.length - this.first
  }
}
