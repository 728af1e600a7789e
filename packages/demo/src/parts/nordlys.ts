/**
 * A white-label partner with a sub-partner and clients. One client is shared by several users, has accounts in three
 * currencies, an account group, and one account that is margined on its own.
 */
import type { Id } from '@stemma/core'
import type { Builder } from '../builder.js'

export interface Nordlys {
  readonly partner: Id
  readonly accounts: { readonly usd: Id; readonly eur: Id; readonly dkk: Id; readonly alone: Id }
}

export async function createNordlys(builder: Builder, root: Id): Promise<Nordlys> {
  const partner = await builder.party({
    owner: root,
    kind: 'client',
    name: 'nordlys-partner',
    displayName: 'Nordlys Bank A/S',
    baseCurrency: 'EUR',
    isPartner: true,
    isLegallyLiable: true,
  })
  const subPartner = await builder.party({
    owner: partner,
    kind: 'client',
    name: 'nordlys-fjord',
    displayName: 'Fjord Advisers ApS',
    baseCurrency: 'DKK',
    isPartner: true,
  })
  const adviser = {
    party: subPartner,
    name: 'fjord-adviser',
    displayName: 'Freja Fjord',
    email: 'freja@fjord.example',
    roles: ['introducing_broker'],
  }
  await builder.user(adviser)
  await createLund(builder, subPartner)
  return { partner, accounts: await createHolm(builder, partner) }
}

async function createLund(builder: Builder, owner: Id): Promise<void> {
  const lund = await builder.party({
    owner,
    kind: 'client',
    name: 'fjord-lund',
    displayName: 'Lund Invest ApS',
    baseCurrency: 'DKK',
  })
  const account = await builder.account({
    party: lund,
    name: 'fjord-lund-dkk',
    displayName: 'Lund DKK',
    type: 'margin',
  })
  await builder.deposit(account, 'DKK', '340000.00', 'Incoming wire')
}

/** The Holm family: one taxable client, two spouses and an attorney who may look. */
async function createHolm(builder: Builder, owner: Id): Promise<Nordlys['accounts']> {
  const party = await builder.party({
    owner,
    kind: 'client',
    name: 'nordlys-holm',
    displayName: 'Holm family',
    baseCurrency: 'DKK',
  })
  const open = (currency: string) =>
    builder.account({
      party,
      name: `nordlys-holm-${currency.toLowerCase()}`,
      displayName: `Holm ${currency}`,
      type: 'margin',
      baseCurrency: currency,
    })
  const usd = await open('USD')
  const eur = await open('EUR')
  const dkk = await open('DKK')
  const alone = await builder.account({
    party,
    name: 'nordlys-holm-options',
    displayName: 'Holm options, margined on its own',
    type: 'margin',
    attributes: { isIndividuallyMargined: true },
  })
  await builder.deposit(usd, 'USD', '18250.00', 'Incoming wire')
  await builder.deposit(eur, 'EUR', '42000.00', 'Incoming wire')
  await builder.deposit(dkk, 'DKK', '515000.00', 'Incoming wire')
  await builder.transfer(dkk, alone, 'DKK', '60000.00', 'For options')
  const group = await builder.make(
    'group',
    'groups.create',
    { party, name: 'nordlys-holm-growth', displayName: 'Holm growth' },
    'Asked for by the client',
  )
  for (const account of [usd, eur])
    await builder.run('groups.add_account', { group, account, version: null }, 'Asked for by the client')
  const accounts = { usd, eur, dkk, alone }
  await createHolmUsers(builder, party, Object.values(accounts))
  return accounts
}

async function createHolmUsers(builder: Builder, party: Id, accounts: readonly Id[]): Promise<void> {
  const people = [
    ['holm-anna', 'Anna Holm', 'full'],
    ['holm-bjarne', 'Bjarne Holm', 'full'],
    ['holm-attorney', 'Attorney of the Holm family', 'read_only'],
  ] as const
  for (const [name, displayName, level] of people) {
    const scopes = ['accounts:read', 'balances:read', 'funding:read']
    const user = await builder.user({
      party,
      name,
      displayName,
      email: `${name}@holm.example`,
      roles: ['trading_user'],
      scopes,
    })
    for (const account of accounts) await builder.bind(user, account, level)
  }
}
