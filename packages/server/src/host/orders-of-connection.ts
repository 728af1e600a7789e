/**
 * The orders that came over a connection, where they end with it: of each account that asked for it, for this one or for
 * every one that it opens. Surfaces with sockets hold one for each.
 */
import { randomBytes } from 'node:crypto'
import { type AccountId, type Actor, Refused, refuse } from '@stemma/core'
import type { Host } from '../services.js'
import { endConnection } from './disconnected.js'

type Doing = Pick<Host, 'execute' | 'read'>

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

  constructor(private readonly host: Doing) {}

  get isArmed(): boolean {
    return this.armed.size > 0
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
    for (const account of this.taken()) await endConnection(this.host, account, this.connection)
  }

  /** Whoever leaves by intent keeps them. */
  async keep(): Promise<void> {
    for (const account of this.taken()) {
      const input = { account, connection: this.connection }
      const outcome = await this.host.execute({ command: 'disconnects.disable', actor: SYSTEM, input })
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
    const letting = this.armWhereAsked(opener)
    this.joined.set(account, letting)
    letting.catch(() => this.joined.delete(account))
    return letting
  }

  private async armWhereAsked({ account, authenticated }: Opener): Promise<void> {
    if (!(await isEnabled(this.host, account, null))) return
    const input = { account, connection: this.connection }
    const { actor } = authenticated
    const outcome = await this.host.execute({ command: 'disconnects.enable', actor, input })
    if (outcome.kind === 'refused') throw new Refused(outcome.refusal)
    await this.arm(account, true)
  }
}
