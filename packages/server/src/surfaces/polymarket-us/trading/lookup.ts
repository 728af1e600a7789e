/**
 * What an order's row says by number and the wire says by name: accounts, users, instruments. Each is read once for a
 * call, by the server itself: the caller's reach to the account of the order was proved before.
 */
import type { Id, ParticipantAccount } from '@stemma/core'
import type { Call } from '../call.js'
import { answered } from '../errors.js'
import { accountName, firmName, userName } from '../ids.js'
import { Instruments } from '../instruments.js'

const SERVER = { kind: 'system' } as const

interface Named {
  readonly firm: string
  readonly name: string
}

export class Lookup {
  readonly instruments: Instruments
  private readonly accounts = new Map<number, Promise<string>>()
  private readonly users = new Map<number, Promise<string>>()
  private readonly firms = new Map<number, Promise<string>>()

  constructor(private readonly host: Call['host']) {
    this.instruments = new Instruments(host)
  }

  /** The accounts that are known already need not be read again. */
  know(accounts: readonly ParticipantAccount[]): this {
    for (const { id, firm, name } of accounts) this.accounts.set(id, Promise.resolve(accountName(firm, name)))
    return this
  }

  account(id: unknown): Promise<string> {
    return remembered(this.accounts, Number(id), (account) => this.read('account', account, accountName))
  }

  /** Empty where no user placed it. */
  user(id: unknown): Promise<string> {
    if (id === null || id === undefined) return Promise.resolve('')
    return remembered(this.users, Number(id), (user) => this.read('user', user, userName))
  }

  /** The firm whose own credential acted for a user; empty where the user's own did. */
  firmOfCredential(id: unknown): Promise<string> {
    if (id === null || id === undefined) return Promise.resolve('')
    return remembered(this.firms, Number(id), async (credential) => {
      const sent = answered(
        await this.host.read<{ party: Id | null }>('credentials.get', SERVER, { credential }),
      )
      if (sent.party === null) throw new Error(`expected credential ${credential} to be a firm's own`)
      const firm = answered(await this.host.read<Named>('parties.get', SERVER, { party: sent.party }))
      return firmName(firm.name)
    })
  }

  private async read(
    what: 'account' | 'user',
    id: number,
    write: (firm: string, name: string) => string,
  ): Promise<string> {
    const input = { user: null, account: null, [what]: id }
    const answer = await this.host.read<Readonly<Record<string, Named | null>>>(
      'participants.names',
      SERVER,
      input,
    )
    const named = answer.kind === 'answer' ? answer.result[what] : null
    return named === null || named === undefined ? '' : write(named.firm, named.name)
  }
}

function remembered(
  known: Map<number, Promise<string>>,
  id: number,
  read: (id: number) => Promise<string>,
): Promise<string> {
  const found = known.get(id) ?? read(id)
  known.set(id, found)
  return found
}
