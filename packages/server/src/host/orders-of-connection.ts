/**
 * The orders that came over a connection, where they end with it: of each account that asked for it, for this one or for
 * every one that it opens. Surfaces with sockets hold one for each.
 */
import { randomBytes } from 'node:crypto'
import { type AccountId, type Actor, Refused, refuse } from '@stemma/core'
import type { Host, Services } from '../services.js'
import { ConnectionNotEnded, endConnection } from './disconnected.js'

interface Doing extends Pick<Services, 'timer' | 'log'> {
  readonly host: Pick<Host, 'authorize' | 'execute' | 'read'>
}

/** Who opens a connection for an account. */
export interface Opener {
  readonly account: AccountId
  readonly authenticated: { readonly actor: Actor }
}

const SYSTEM = { kind: 'system' } as const

/** Whether the orders of an account end with a connection; null: with every one that it opens. */
export async function isEnabled(
  host: Pick<Host, 'read'>,
  account: AccountId,
  connection: string | null,
): Promise<boolean> {
  const answer = await host.read<{ readonly items: readonly { readonly connection: string | null }[] }>(
    'disconnects.list',
    SYSTEM,
    { account },
  )
  if (answer.kind === 'refused') throw new Error(`expected connections to be read: ${answer.refusal.detail}`)
  return answer.result.items.some((each) => each.connection === connection)
}

export class OrdersOfConnection {
  /** What each of them carries. */
  readonly connection = randomBytes(12).toString('base64url')
  private readonly armed = new Set<AccountId>()
  /** Accounts that are let in: their orders wait for one and the same answer, and so keep their order. */
  private readonly joined = new Map<AccountId, Promise<void>>()
  private isGone = false

  constructor(protected readonly services: Doing) {}

  get isArmed(): boolean {
    return this.armed.size > 0
  }

  /** Whether the account's orders end with it, as it is now: it has not gone either. */
  endsFor(account: AccountId): boolean {
    return this.armed.has(account)
  }

  /**
   * Before an account's order on it. Refused where the account has too many connections, and where this one is gone:
   * nobody would end what still came over it.
   */
  async join(opener: Opener): Promise<void> {
    await (this.joined.get(opener.account) ?? this.letIn(opener))
    if (this.isGone) refuse('unauthenticated', 'the connection is gone')
  }

  /** Whether the account's orders end with it; with one that is gone meanwhile, at once. */
  async arm(account: AccountId, isArmed: boolean): Promise<void> {
    if (isArmed) this.armed.add(account)
    else this.armed.delete(account)
    if (this.isGone) await this.end()
  }

  /** The connection is gone. */
  async end(): Promise<void> {
    this.isGone = true
    for (const account of this.taken()) await endConnection(this.services, account, this.connection)
  }

  /** The same where nobody waits for it: what does not end is said in the log. */
  async endUnattended(): Promise<void> {
    try {
      await this.end()
    } catch (thrown) {
      const level = thrown instanceof ConnectionNotEnded && thrown.isLeftToNextProcess ? 'debug' : 'error'
      this.services.log[level]({ err: thrown }, 'orders of a closed connection are left to the next process')
    }
  }

  /** Whoever leaves by intent keeps them. */
  async keep(): Promise<void> {
    for (const account of this.taken()) {
      const input = { account, connection: this.connection }
      const outcome = await this.services.host.execute({
        command: 'disconnects.disable',
        actor: SYSTEM,
        input,
      })
      if (outcome.kind === 'refused') throw new Refused(outcome.refusal)
    }
  }

  protected taken(): readonly AccountId[] {
    const accounts = [...this.armed]
    this.armed.clear()
    return accounts
  }

  private letIn(opener: Opener): Promise<void> {
    const { account } = opener
    const letting = this.armWhereAsked(opener).then((isReached) => {
      // Nothing is remembered of what somebody may not reach, or of what there is not: the engine refuses the order.
      if (!isReached) this.joined.delete(account)
    })
    this.joined.set(account, letting)
    letting.catch(() => this.joined.delete(account))
    return letting
  }

  /** Whether the account is there for whoever opens it. */
  private async armWhereAsked({ account, authenticated: { actor } }: Opener): Promise<boolean> {
    const { host } = this.services
    const needs = [{ ability: 'read', target: { account } }] as const
    const reached = await host.authorize(actor, 'orders:write', needs)
    if (reached.kind === 'refused') return false
    if (!(await isEnabled(host, account, null))) return true
    const input = { account, connection: this.connection }
    const outcome = await host.execute({ command: 'disconnects.enable', actor, input })
    if (outcome.kind === 'refused') throw new Refused(outcome.refusal)
    await this.arm(account, true)
    return true
  }
}
