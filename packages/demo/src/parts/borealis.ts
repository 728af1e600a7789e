/** A second clearing member and firm, so that there is somebody whose accounts ACME must not see. */
import type { Actor, Id } from '@stemma/core'
import type { Builder } from '../builder.js'
import type { VenueClient } from '../credentials.js'

export interface Borealis {
  readonly member: Id
  readonly firm: Id
  readonly accounts: { readonly proprietary: Id; readonly customers: Id }
  /** Its trading user, and the client of that user as an actor. */
  readonly trading: Id
  readonly actor: Actor
  readonly clients: readonly VenueClient[]
}

const FIRM = 'api-borealis-participantfirm'

export async function createBorealis(builder: Builder, root: Id): Promise<Borealis> {
  const member = await builder.party({
    owner: root,
    kind: 'clearing_member',
    name: 'api-borealis-clearingmember',
    displayName: 'Borealis Clearing',
  })
  const firm = await builder.party({
    owner: member,
    kind: 'participant',
    name: FIRM,
    displayName: 'Borealis Markets AS',
  })
  const proprietary = await builder.account({
    party: firm,
    name: 'api-borealis-account-1',
    displayName: 'Borealis proprietary',
    type: 'fully_collateralised',
  })
  const customers = await builder.account({
    party: firm,
    name: 'api-borealis-account-2',
    displayName: 'Borealis customers',
    type: 'fully_collateralised',
  })
  await builder.deposit(proprietary, 'USD', '80000.00', 'First funding')
  await builder.deposit(customers, 'USD', '150000.00', 'Customers’ money')
  const trading = await builder.user({
    party: firm,
    name: 'api-borealis-trading',
    displayName: 'Borealis trading',
    email: 'trading@borealis.example',
    roles: ['trading_user'],
  })
  await builder.bind(trading, proprietary)
  await builder.bind(trading, customers)
  const { client, actor } = await builder.newVenueClient(
    trading,
    'borealis-trading-client',
    `firms/${FIRM}/users/api-borealis-trading`,
    ['read:orders', 'write:orders', 'read:positions'],
  )
  return { member, firm, accounts: { proprietary, customers }, trading, actor, clients: [client] }
}
