/** What happens later, once or again and again: the one place where it comes from. Tests hand in one that they move. */
export interface Timer {
  /** Calls `act` each time so many milliseconds have passed, until the answer is called. */
  every(milliseconds: number, act: () => void): () => void
  /** Calls `act` once so many milliseconds have passed, unless the answer is called before. */
  once(milliseconds: number, act: () => void): () => void
}

/** Keeps no process alive. */
export const systemTimer: Timer = {
  every(milliseconds, act) {
    const interval = setInterval(act, milliseconds)
    interval.unref()
    return () => clearInterval(interval)
  },
  once(milliseconds, act) {
    const timeout = setTimeout(act, milliseconds)
    timeout.unref()
    return () => clearTimeout(timeout)
  },
}

interface Running {
  readonly milliseconds: number
  readonly act: () => void
  left: number
}

/** Stands until it is moved. */
export class ManualTimer implements Timer {
  private readonly running = new Set<Running>()

  every(milliseconds: number, act: () => void): () => void {
    const entry: Running = { milliseconds, act, left: milliseconds }
    this.running.add(entry)
    return () => this.running.delete(entry)
  }

  once(milliseconds: number, act: () => void): () => void {
    const cancel = this.every(milliseconds, () => {
      cancel()
      act()
    })
    return cancel
  }

  advance(milliseconds: number): void {
    for (const entry of [...this.running]) {
      entry.left -= milliseconds
      for (; entry.left <= 0 && this.running.has(entry); entry.left += entry.milliseconds) entry.act()
    }
  }
}
