/** The orders that came over a socket, where they end with it: of each account that asked for it (section 8.1). */
import { randomBytes } from 'node:crypto'
import type { AccountId } from '@stemma/core'
import { endConnection } from '../../host/disconnected.js'
import type { Services } from '../../services.js'
import type { Caller } from './authentication.js'
import { isEnabled } from './disconnect-methods.js'
import { settled } from './errors.js'
import { SYSTEM } from './instruments.js'

/** Without a word of the client for so long they end. */
export const INACTIVE_MILLISECONDS = 600_000

export class OrdersOfConnection {
  /** What each of them carries. */
  readonly connection = randomBytes(12).toString('base64url')
  private readonly armed = new Set<AccountId>()
  /** Accounts of which it is known whether they ask it of every connection. */
  private readonly joined = new Set<AccountId>()
  private stopWaiting: (() => void) | null = null

  constructor(
    private readonly services: Services,
    /** What becomes of a socket that is silent. */
    private readonly silent: () => void,
    private readonly failed: (thrown: unknown) => void,
  ) {}

  /** Before an account's first order on it. */
  async join({ account, authenticated }: Caller): Promise<void> {
    if (this.joined.has(account)) return
    const { host } = this.services
    if (await isEnabled(host, account, null)) {
      const input = { account, connection: this.connection }
      settled(await host.execute({ command: 'disconnects.enable', actor: authenticated.actor, input }))
      this.arm(account, true)
    }
    this.joined.add(account)
  }

  arm(account: AccountId, isArmed: boolean): void {
    if (isArmed) this.armed.add(account)
    else this.armed.delete(account)
    this.heard()
  }

  /** Each word of the client begins the time anew in which it may be silent. */
  heard(): void {
    this.stopWaiting?.()
    this.stopWaiting = null
    if (this.armed.size === 0) return
    this.stopWaiting = this.services.timer.once(INACTIVE_MILLISECONDS, () => {
      this.silent()
      this.end().catch(this.failed)
    })
  }

  /** The connection is gone. */
  async end(): Promise<void> {
    for (const account of this.taken()) await endConnection(this.services.host, account, this.connection)
  }

  /** Whoever logs out keeps them. */
  async keep(): Promise<void> {
    const { host } = this.services
    for (const account of this.taken()) {
      const input = { account, connection: this.connection }
      settled(await host.execute({ command: 'disconnects.disable', actor: SYSTEM, input }))
    }
  }

  private taken(): readonly AccountId[] {
    const accounts = [...this.armed]
    this.armed.clear()
    this.heard()
    return accounts
  }
}
