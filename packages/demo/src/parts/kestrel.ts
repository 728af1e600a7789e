/** A crypto client: a main account and three subaccounts, each a wallet of its own. */
import type { Id } from '@stemma/core'
import type { Builder } from '../builder.js'

export interface Kestrel {
  readonly main: Id
  readonly subaccounts: readonly [Id, Id, Id]
}

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
  await createUsers(builder, party, [main, ...subaccounts], subaccounts[0])
  return { main, subaccounts: [...subaccounts] }
}

async function createUsers(builder: Builder, party: Id, all: readonly Id[], first: Id): Promise<void> {
  const owner = await builder.user({
    party,
    name: 'kestrel',
    displayName: 'Kim Kestrel',
    email: 'kim@kestrel.example',
    roles: ['treasurer', 'trading_user'],
  })
  for (const account of all) await builder.bind(owner, account)
  // The role's template binds this login to its one subaccount.
  await builder.user({
    party,
    name: 'kestrel-sub-1-login',
    displayName: 'Desk one',
    email: 'desk-one@kestrel.example',
    roles: ['subaccount_login'],
    account: first,
  })
}
