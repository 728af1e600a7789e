/** A process that is frozen (SIGSTOP): what would have happened in it waits, and happens in order once it goes on. */
export class Frost {
  private waiting: (() => void)[] | null = null

  get isFrozen(): boolean {
    return this.waiting !== null
  }

  freeze(): void {
    this.waiting ??= []
  }

  thaw(): void {
    const waiting = this.waiting ?? []
    this.waiting = null
    for (const act of waiting) this.run(act)
  }

  /** Does it now, or once the process goes on. */
  run(act: () => void): void {
    if (this.waiting === null) act()
    else this.waiting.push(act)
  }
}
