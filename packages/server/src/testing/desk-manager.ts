/** A further user who manages the crypto client of the demo world: without a second factor, and with a key. Not exported. */
import type { AccountView } from '@stemma/core'
import { hashSecret, mintSecret } from '../auth/index.js'
import type { CryptoDesk, Key } from './crypto-desk.js'

const SYSTEM = { kind: 'system' } as const

export interface Manager extends Key {
  readonly user: number
  readonly party: number
}

export async function newManager(
  desk: CryptoDesk,
  name: string,
  clientSecret = mintSecret(),
): Promise<Manager> {
  const { host, services } = desk.server
  const run = async <Result>(command: string, input: object): Promise<Result> => {
    const outcome = await host.execute({ command, actor: SYSTEM, input: input as never })
    if (outcome.kind === 'refused')
      throw new Error(`expected ${command} to be done: ${outcome.refusal.detail}`)
    return outcome.result as Result
  }
  const account = desk.main.accountId
  const answer = await host.read<AccountView>('accounts.get', SYSTEM, { account })
  if (answer.kind === 'refused') throw new Error('expected the main account to be there')
  const { party } = answer.result
  const { user } = await run<{ user: number }>('users.create', {
    party,
    name,
    displayName: name,
    sealedEmail: null,
    kyc: null,
    roles: ['firm_administrator'],
    scopes: [],
    account: null,
  })
  await run('credentials.create', {
    user,
    party: null,
    kind: 'api_key',
    clientId: name,
    displayName: name,
    surface: 'deribit',
    secretHash: hashSecret(clientSecret),
    sealedSecret: await services.sealing.seal(party, clientSecret),
    publicKeys: [],
    scopes: null,
    ipAddresses: [],
    expiresAt: null,
  })
  return { clientId: name, clientSecret, accountId: account, user, party }
}
