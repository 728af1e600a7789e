/** The venue's own example with something to trade, money on both sides, and a stock gRPC client. Not exported. */
import type { ManualTimer } from '../host/timer.js'
import { type Acme, addClient, buildAcme, KEYS, OTHER_KEYS } from './acme.js'
import { type GrpcClient, grpcClient } from './grpc-client.js'
import { ACCOUNT, type Desk, deskOf, fund, OTHER_ACCOUNT, openContract } from './market.js'
import { signIn, startVenue, type Venue } from './venue.js'

export interface TradingVenue {
  readonly venue: Venue
  readonly acme: Acme
  readonly client: GrpcClient
  readonly instrument: number
  /** Tokens by who has them: traders of both firms, and what receives the reports of each. */
  readonly tokens: Readonly<Record<'own' | 'other' | 'copy' | 'otherCopy' | 'admin', string>>
  readonly own: Desk
  readonly other: Desk
  close(): Promise<void>
}

export async function openTradingVenue(
  timer?: ManualTimer,
  store: 'memory' | 'sqlite' = 'memory',
): Promise<TradingVenue> {
  const venue = await startVenue(store, timer === undefined ? {} : { timer })
  const acme = await buildAcme(venue)
  const instrument = await openContract(venue)
  await fund(venue, acme.main, '1000.00')
  await fund(venue, acme.foreign, '1000.00')
  await addDropCopy(venue, acme.foreignFirm, 'other-dropcopy')
  const tokens = {
    own: await signIn(venue, 'acme-trading', KEYS),
    other: await signIn(venue, 'other-trading', OTHER_KEYS),
    copy: await signIn(venue, 'acme-dropcopy', KEYS),
    otherCopy: await signIn(venue, 'other-dropcopy', KEYS),
    admin: await signIn(venue, 'acme-admin', KEYS),
  }
  const client = grpcClient(venue)
  return {
    venue,
    acme,
    client,
    instrument,
    tokens,
    own: deskOf(venue, () => tokens.own, ACCOUNT),
    other: deskOf(venue, () => tokens.other, OTHER_ACCOUNT),
    async close() {
      client.close()
      await venue.close()
    },
  }
}

/** A user that receives the reports of the party and of everything beneath it, and its client of the same name. */
export async function addDropCopy(venue: Venue, party: number, name: string): Promise<void> {
  const { user } = await venue.run<{ user: number }>('users.create', {
    party,
    name,
    displayName: `User ${name}`,
    sealedEmail: await venue.seal(party, `${name}@acme.test`),
    kyc: 'approved',
    roles: ['drop_copy_user'],
    scopes: [],
    account: null,
  })
  await addClient(venue, { user }, name, KEYS)
}
