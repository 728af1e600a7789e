/** A crypto client: a main account and three subaccounts, each a wallet of its own. */
import type { Id } from '@stemma/core'
import type { Builder } from '../builder.js'
import type { DemoFile, SigningClient } from '../credentials.js'

export interface Kestrel {
  readonly main: Id
  readonly subaccounts: readonly [Id, Id, Id]
  /** Of the main account, and of each subaccount. */
  readonly clients: DemoFile['deribit']
}

/** The highest, so that scripts do not run into the limits of a beginner. */
const TIER = 4

export async function createKestrel(builder: Builder, root: Id): Promise<Kestrel> {
  const party = await builder.party({
    owner: root,
    kind: 'client',
    name: 'kestrel-digital',
    displayName: 'Kestrel Digital Ltd',
    baseCurrency: 'USDC',
  })
  const main = await builder.account({
    party,
    name: 'kestrel-main',
    displayName: 'kestrel',
    type: 'cross_standard',
  })
  await builder.deposit(main, 'BTC', '12.50000000', 'On chain')
  await builder.deposit(main, 'ETH', '80.00000000', 'On chain')
  await builder.deposit(main, 'USDC', '250000.000000', 'On chain')
  const sub = async (number: number, currency: string, amount: string) => {
    const account = await builder.account({
      party,
      main,
      name: `kestrel-sub-${number}`,
      displayName: `kestrel_${number}`,
      type: 'segregated_standard',
    })
    await builder.transfer(main, account, currency, amount, 'First funding')
    return account
  }
  const subaccounts = [
    await sub(1, 'BTC', '2.25000000'),
    await sub(2, 'ETH', '30.00000000'),
    await sub(3, 'USDC', '40000.000000'),
  ] as const
  await builder.transfer(subaccounts[0], main, 'BTC', '0.25000000', 'Profit taken back')
  await builder.run(
    'settings.set',
    { node: party, name: 'venue.order_rate_tier', value: TIER, from: null },
    'Tier as agreed',
  )
  return { main, subaccounts, clients: await createUsers(builder, party, main, subaccounts) }
}

/**
 * The owner administers the whole of it, so that subaccounts made later are within reach, and has one-time codes; a login
 * has one subaccount.
 */
async function createUsers(
  builder: Builder,
  party: Id,
  main: Id,
  subaccounts: readonly Id[],
): Promise<Kestrel['clients']> {
  const owner = await builder.user({
    party,
    name: 'kestrel',
    displayName: 'Kim Kestrel',
    email: 'kim@kestrel.example',
    roles: ['firm_administrator'],
  })
  const clients: SigningClient[] = []
  for (const [place, account] of subaccounts.entries()) {
    // The role's template binds this login to its one subaccount.
    const login = await builder.user({
      party,
      name: `kestrel-sub-${place + 1}-login`,
      displayName: `Desk ${place + 1}`,
      email: `desk-${place + 1}@kestrel.example`,
      roles: ['subaccount_login'],
      scopes: ['funding:read'],
      account,
    })
    const { client } = await builder.signingClient(login, party, account, `kestrel-sub-${place + 1}`)
    clients.push(client)
  }
  const { client, actor } = await builder.signingClient(owner, party, main, 'kestrel-main')
  const totpSecret = await builder.as(actor).oneTimeCodes(owner, party, 'kestrel phone')
  return { main: client, subaccounts: clients, totpSecret }
}
