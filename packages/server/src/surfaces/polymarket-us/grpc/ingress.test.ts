import { afterEach, beforeEach, expect, test } from 'vitest'
import { TokenBuckets } from '../../../auth/index.js'
import { type Acme, buildAcme } from '../../../testing/acme.js'
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
  const by = (credential: number, actingUser: number) =>
    admit(gate, {
      host: venue.host,
      actor: {
        kind: 'credential',
        credential: credential as never,
        token: null,
        actingUser: actingUser as never,
      },
    })
  const trading = () => by(acme.credentials.trading as number, acme.trader)
  const administrator = () => by(acme.credentials.administrator as number, acme.administrator)
  for (let count = 0; count < 3_000; count += 1) await Promise.all([trading(), administrator()])
  await expect(trading()).rejects.toThrow('rate limit exceeded')
  await expect(administrator()).rejects.toThrow('rate limit exceeded')
  await by(acme.credentials.other as number, acme.foreignUser)
  venue.move(1)
  for (let count = 0; count < 100; count += 1) await trading()
  await expect(trading()).rejects.toThrow('rate limit exceeded')
})
