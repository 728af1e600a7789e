import { afterEach, beforeEach, expect, test } from 'vitest'
import { TokenBuckets } from '../../../auth/index.js'
import type { Authenticated } from '../../../services.js'
import { type Acme, addClient, buildAcme, KEYS } from '../../../testing/acme.js'
import { startVenue, type Venue } from '../../../testing/venue.js'
import { admit } from './ingress.js'

let venue: Venue
let acme: Acme

beforeEach(async () => {
  venue = await startVenue()
  acme = await buildAcme(venue)
})
afterEach(() => venue.close())

test('6,000 messages of a firm at once, whoever sends them, and 100 more a second', async () => {
  const gate = { services: venue.server.services, buckets: new TokenBuckets() }
  const by = (authenticated: Authenticated, actor = authenticated.actor) =>
    admit(gate, { host: venue.host, actor, authenticated })
  const trader = proven(acme.credentials.trading as number, acme.trader)
  const other = proven(acme.credentials.administrator as number, acme.administrator)
  const [trading, administrator] = [() => by(trader), () => by(other)]
  for (let count = 0; count < 3_000; count += 1) await Promise.all([trading(), administrator()])
  await expect(trading()).rejects.toThrow('rate limit exceeded')
  await expect(administrator()).rejects.toThrow('rate limit exceeded')
  await by(proven(acme.credentials.other as number, acme.foreignUser))
  venue.move(1)
  for (let count = 0; count < 100; count += 1) await trading()
  await expect(trading()).rejects.toThrow('rate limit exceeded')
})

test('a client of the member counts with the firm of the user that it acts as, at the first message and behind it', async () => {
  const gate = { services: venue.server.services, buckets: new TokenBuckets() }
  const credential = await addClient(venue, { party: acme.member }, 'acme-member', KEYS)
  const authenticated: Authenticated = proven(credential, null)
  const as = (actingUser: number | null) =>
    admit(gate, { host: venue.host, actor: proven(credential, actingUser).actor, authenticated })
  for (let round = 0; round < 2; round += 1)
    expect([await as(acme.trader), await as(acme.foreignUser), await as(null)]).toEqual([
      acme.firm,
      acme.foreignFirm,
      acme.member,
    ])
})

/** What the proof of a token says. */
function proven(credential: number, actingUser: number | null): Authenticated {
  const actor = { kind: 'credential', credential, token: null, actingUser }
  return { actor, credential, user: actingUser, token: null, audience: null } as never
}
