/** Sorts in the names that a load brought, some between two requests, so that the start need not wait for it. */
import type { Engine } from '@stemma/core'

/** About half a millisecond. */
const NAMES_AT_ONCE = 250

export class NameSorting {
  private isStopped = false

  constructor(private readonly engine: Engine) {}

  begin(): void {
    const sort = (): void => {
      if (!this.isStopped && this.engine.rooms.hierarchy.settleNames(NAMES_AT_ONCE)) setImmediate(sort)
    }
    sort()
  }

  stop(): void {
    this.isStopped = true
  }
}
