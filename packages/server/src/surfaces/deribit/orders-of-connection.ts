/** The orders that came over a socket, where they end with it, and with ten minutes of silence (section 8.1). */
import { type AccountId, Refused } from '@stemma/core'
import { OrdersOfConnection as Orders } from '../../host/orders-of-connection.js'
import type { Services } from '../../services.js'
import type { Caller } from './authentication.js'
import { fromRefusal } from './errors.js'

/** Without a word of the client for so long they end. */
export const INACTIVE_MILLISECONDS = 600_000

export class OrdersOfConnection extends Orders {
  private stopWaiting: (() => void) | null = null

  constructor(
    protected override readonly services: Services,
    /** What becomes of a socket that is silent. */
    private readonly silent: () => void,
    private readonly failed: (thrown: unknown) => void,
  ) {
    super(services)
  }

  override async join(caller: Caller): Promise<void> {
    try {
      await super.join(caller)
    } catch (thrown) {
      throw thrown instanceof Refused ? fromRefusal(thrown.refusal) : thrown
    }
  }

  override async arm(account: AccountId, isArmed: boolean): Promise<void> {
    await super.arm(account, isArmed)
    this.heard()
  }

  /** Each word of the client begins the time anew in which it may be silent. */
  heard(): void {
    this.stopWaiting?.()
    this.stopWaiting = null
    if (!this.isArmed) return
    this.stopWaiting = this.services.timer.once(INACTIVE_MILLISECONDS, () => {
      this.silent()
      this.end().catch(this.failed)
    })
  }

  protected override taken(): readonly AccountId[] {
    const accounts = super.taken()
    this.heard()
    return accounts
  }
}
