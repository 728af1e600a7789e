/** A main account of another client beside the demo's, with a subaccount and no second factor. Not exported. */
import type { Plain } from '@stemma/core'
import { hashSecret, mintSecret } from '../auth/api-keys.js'
import type { RunningServer } from '../server.js'
import type { Key } from './crypto-desk.js'

export interface OtherMain {
  readonly key: Key
  readonly subaccount: number
}

export async function openOtherMain({ host, services }: RunningServer): Promise<OtherMain> {
  const run = async (command: string, input: Plain, name: string): Promise<number> => {
    const settled = await host.execute({ command, input, actor: { kind: 'system' } })
    if (settled.kind === 'refused') throw new Error(`${command}: ${settled.refusal.detail}`)
    return (settled.result as Readonly<Record<string, number>>)[name] as number
  }
  const party = await run(
    'parties.create',
    {
      owner: services.sealing.operator,
      kind: 'client',
      name: 'osprey',
      displayName: 'Osprey',
      baseCurrency: 'USDC',
      isPartner: false,
      isLegallyLiable: false,
      sealedPersonal: null,
    },
    'party',
  )
  const account = (name: string, main: number | null) =>
    run(
      'accounts.open',
      {
        party,
        main,
        name,
        displayName: name,
        type: 'segregated_standard',
        baseCurrency: null,
        needsClearing: false,
        attributes: {},
      },
      'account',
    )
  const main = await account('osprey-main', null)
  const subaccount = await account('osprey-sub', main)
  const user = await run(
    'users.create',
    {
      party,
      name: 'osprey',
      displayName: 'Osprey',
      sealedEmail: null,
      kyc: null,
      roles: ['firm_administrator'],
      scopes: [],
      account: null,
    },
    'user',
  )
  const clientSecret = mintSecret()
  await run(
    'credentials.create',
    {
      user,
      party: null,
      kind: 'api_key',
      clientId: 'osprey-main',
      displayName: 'osprey-main',
      surface: 'deribit',
      secretHash: hashSecret(clientSecret),
      sealedSecret: null,
      publicKeys: [],
      scopes: null,
      ipAddresses: [],
      expiresAt: null,
    },
    'credential',
  )
  return { key: { clientId: 'osprey-main', clientSecret, accountId: main }, subaccount }
}
