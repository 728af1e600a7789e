/** A further user who manages the crypto client of the demo world: without a second factor, and with a key. Not exported. */
import type { AccountView } from '@stemma/core'
import { hashSecret, mintSecret } from '../auth/index.js'
import type { CryptoDesk, Key } from './crypto-desk.js'
import { runOn } from './demo-server.js'

const SYSTEM = { kind: 'system' } as const

export interface Manager extends Key {
  readonly user: number
  readonly party: number
}

export async function newManager(
  { server, main }: Pick<CryptoDesk, 'server' | 'main'>,
  name: string,
  clientSecret = mintSecret(),
): Promise<Manager> {
  const { host, services } = server
  const account = main.accountId
  const answer = await host.read<AccountView>('accounts.get', SYSTEM, { account })
  if (answer.kind === 'refused') throw new Error('expected the main account to be there')
  const { party } = answer.result
  const { user } = await runOn<{ user: number }>(server, 'users.create', {
    party,
    name,
    displayName: name,
    sealedEmail: null,
    kyc: null,
    roles: ['firm_administrator'],
    scopes: [],
    account: null,
  })
  await runOn(server, 'credentials.create', {
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
