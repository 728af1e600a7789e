/**
 * The tree of the first venue's own example: a clearing member, its participant firm, a trading user, a drop-copy user
 * and a treasurer, and three accounts: active and funded, suspended, closed.
 */
import type { Id } from '@stemma/core'
import type { Builder } from '../builder.js'
import type { NativeKey, VenueClient } from '../credentials.js'

export interface Acme {
  readonly member: Id
  readonly firm: Id
  readonly accounts: { readonly active: Id; readonly suspended: Id; readonly closed: Id }
  /** What the firm's cash movements are paid from and into; its treasurer alone reaches it. */
  readonly holding: Id
  readonly clients: readonly VenueClient[]
  readonly firmAdministrator: NativeKey
}

const FIRM = 'api-acme-participantfirm'

export async function createAcme(builder: Builder, root: Id): Promise<Acme> {
  const member = await builder.party({
    owner: root,
    kind: 'clearing_member',
    name: 'api-acme-clearingmember',
    displayName: 'ACME Clearing',
  })
  const firm = await builder.party({
    owner: member,
    kind: 'participant',
    name: FIRM,
    displayName: 'ACME Trading LLC',
  })
  const open = (number: number, displayName: string) =>
    builder.account({
      party: firm,
      name: `api-acme-account-${number}`,
      displayName,
      type: 'fully_collateralised',
    })
  const active = await open(1, 'ACME main')
  const suspended = await open(2, 'ACME reserve')
  const closed = await open(3, 'ACME pilot')
  await moveMoney(builder, { active, suspended, closed })
  const accounts = { active, suspended, closed }
  const holding = await builder.account({
    party: firm,
    name: 'api-acme-holding',
    displayName: 'ACME holding',
    type: 'fully_collateralised',
    attributes: { fundingType: 'holding' },
  })
  await builder.deposit(holding, 'USD', '100000.00', 'For cash movements')
  return { member, firm, accounts, holding, ...(await createUsers(builder, firm, accounts, holding)) }
}

/** 25,000.00 comes in; 1,500.00 and 2,000.00 leave; 500.00 is lent to the pilot and comes back: 21,500.00 remains. */
async function moveMoney(builder: Builder, { active, suspended, closed }: Acme['accounts']): Promise<void> {
  await builder.deposit(active, 'USD', '25000.00', 'First funding')
  const withdrawal = await builder.withdrawal(active, 'USD', '1500.00', 'Dividend to the owners')
  await builder.run('withdrawals.complete', { withdrawal }, 'Wire sent')
  await builder.transfer(active, suspended, 'USD', '2000.00', 'Reserve')
  await builder.transfer(active, closed, 'USD', '500.00', 'Pilot')
  await builder.transfer(closed, active, 'USD', '500.00', 'Pilot ended')
  await builder.run('accounts.suspend', { account: suspended, version: null }, 'Under review by compliance')
  await builder.run('accounts.close', { account: closed, version: null }, 'The pilot has ended')
}

async function createUsers(
  builder: Builder,
  party: Id,
  accounts: Acme['accounts'],
  holding: Id,
): Promise<Pick<Acme, 'clients' | 'firmAdministrator'>> {
  const all = [accounts.active, accounts.suspended, accounts.closed]
  const trading = await builder.user({
    party,
    name: 'api-acme-trading',
    displayName: 'ACME trading',
    email: 'trading@acme.example',
    roles: ['trading_user'],
  })
  for (const account of all) await builder.bind(trading, account)
  const dropCopy = await builder.user({
    party,
    name: 'api-acme-dropcopy',
    displayName: 'ACME drop copy',
    email: 'dropcopy@acme.example',
    roles: ['drop_copy_user'],
  })
  const treasurer = await builder.user({
    party,
    name: 'api-acme-treasurer',
    displayName: 'ACME treasurer',
    email: 'treasurer@acme.example',
    roles: ['treasurer'],
    scopes: ['positions:read', 'kyc:read', 'kyc:write', 'webhooks:write'],
  })
  for (const account of [...all, holding]) await builder.bind(treasurer, account)
  const administrator = await builder.user({
    party,
    name: 'api-acme-administrator',
    displayName: 'ACME administrator',
    email: 'administrator@acme.example',
    roles: ['firm_administrator'],
  })
  const address = (user: string) => `firms/${FIRM}/users/${user}`
  const key = await builder.apiKey(administrator, 'demo-acme-administrator', 'ACME administrator')
  return {
    clients: [
      await builder.venueClient(trading, 'acme-trading-client', address('api-acme-trading'), [
        'read:orders',
        'write:orders',
        'read:positions',
      ]),
      await builder.venueClient(dropCopy, 'acme-dropcopy-client', address('api-acme-dropcopy'), [
        'read:dropcopy',
      ]),
      await builder.venueClient(treasurer, 'acme-treasurer-client', address('api-acme-treasurer'), [
        'read:accounts',
        'read:positions',
        'read:funding',
        'write:funding',
        'write:cash-movements',
        'read:kyc',
        'write:kyc',
      ]),
    ],
    firmAdministrator: { apiKey: key.apiKey },
  }
}
