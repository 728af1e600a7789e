import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Acme, buildAcme, KEYS, OTHER_KEYS } from '../../testing/acme.js'
import { signIn, startVenue, type Venue } from '../../testing/venue.js'

let venue: Venue
let acme: Acme
let trading: string

beforeEach(async () => {
  venue = await startVenue()
  acme = await buildAcme(venue)
  trading = await signIn(venue, 'acme-trading', KEYS)
})
afterEach(() => venue.close())

const TRADER = 'firms/api-acme-participantfirm/users/api-acme-trading'
const MAIN = 'firms/api-acme-participantfirm/accounts/acme-main'

describe('the documented workflow', () => {
  test.each(['/v1/whoami', '/v1/accounts/whoami'])(
    '%s says who the token is, in the words of both generations',
    async (path) => {
      const { status, body } = await venue.send('GET', path, { token: trading })
      expect(status).toBe(200)
      expect(body).toEqual({
        user: TRADER,
        userDisplayName: 'User api-acme-trading',
        firm: 'firms/api-acme-participantfirm',
        firmDisplayName: 'Acme Capital LLC',
        audience: venue.url,
        firmType: 'FIRM_TYPE_PARTICIPANT',
        firmId: 'api-acme-participantfirm',
        firmName: 'Acme Capital LLC',
        entitlements: ['read:orders', 'write:orders', 'read:positions'],
        permissions: ['read:orders', 'write:orders', 'read:positions'],
        legalEntities: [
          { id: 'api-acme-participantfirm', name: 'Acme Capital LLC', type: 'FIRM_TYPE_PARTICIPANT' },
          { id: 'api-acme-clearingmember', name: 'Acme Clearing', type: 'FIRM_TYPE_CLEARING_MEMBER' },
          { id: 'operator', name: 'Operator', type: 'FIRM_TYPE_CLEARING_HOUSE' },
        ],
      })
    },
  )

  test('users come as parallel lists on the new path and as objects on the old one', async () => {
    const lists = await venue.send('GET', '/v1/users', { token: trading })
    expect(lists.body).toEqual({
      users: [TRADER],
      displayNames: ['User api-acme-trading'],
      firms: ['api-acme-participantfirm'],
      firmsDisplayNames: ['Acme Capital LLC'],
    })
    const objects = await venue.send('GET', '/v1/accounts/users', { token: trading })
    expect(objects.body.users).toEqual([
      {
        userId: TRADER,
        displayName: 'User api-acme-trading',
        email: 'api-acme-trading@acme.test',
        roles: ['trading_user'],
        scopes: ['read:orders', 'write:orders', 'read:positions'],
        state: 'ACTIVE',
        kycStatus: 'APPROVED',
        accounts: [MAIN],
      },
    ])
  })

  test('accounts come as names on the new path and as objects, with their balances, on the old one', async () => {
    const lists = await venue.send('GET', '/v1/accounts', { token: trading })
    expect(lists.body).toEqual({ accounts: [MAIN], displayNames: ['Acme Main'] })
    const { body } = await venue.send('GET', '/v1/accounts/accounts', { token: trading })
    expect(body.accounts).toEqual([
      {
        accountId: MAIN,
        name: 'Acme Main',
        status: 'Active',
        balances: [{ currency: 'USD', balance: '0.00', buyingPower: '0.00' }],
        buyingPower: '0.00',
        riskLimits: {},
      },
    ])
  })

  test('a drop-copy user resolves its identity, and reads no balance', async () => {
    const token = await signIn(venue, 'acme-dropcopy', KEYS)
    const { body } = await venue.send('GET', '/v1/whoami', { token })
    expect(body.entitlements).toEqual(['read:dropcopy'])
    const { body: listed } = await venue.send('GET', '/v1/accounts/accounts', { token })
    expect(listed.accounts).toEqual([
      { accountId: MAIN, name: 'Acme Main', status: 'Active', riskLimits: {} },
    ])
    const refused = await venue.send('POST', '/v1/positions/balance', {
      token,
      json: { name: MAIN, currency: 'USD' },
    })
    expect(refused.status).toBe(403)
    expect(refused.body).toEqual({
      code: 7,
      message: 'permission denied: missing required scope read:positions',
      details: [],
    })
  })
})

describe('x-participant-id', () => {
  const whoamiAs = (participant: string) =>
    venue.send('GET', '/v1/whoami', { token: trading, headers: { 'x-participant-id': participant } })

  test('the own user is taken', async () => {
    expect((await whoamiAs(TRADER)).status).toBe(200)
  })

  test.each([
    ['unknown', 'firms/api-acme-participantfirm/users/nobody'],
    ['of another firm', 'firms/other-firm/users/other-trading'],
    ['under a firm that is not its own', 'firms/other-firm/users/api-acme-trading'],
    ['another user of the firm', 'firms/api-acme-participantfirm/users/api-acme-dropcopy'],
    ['malformed', 'api-acme-trading'],
    ['empty', ''],
  ])('%s is refused as cross-firm', async (_what, participant) => {
    const { status, body } = await whoamiAs(participant)
    expect(status).toBe(403)
    expect(body).toEqual({ code: 7, message: 'permission denied: cross-firm participant id', details: [] })
  })
})

describe('balances', () => {
  test('a balance is decimal text', async () => {
    const { status, body } = await venue.send('POST', '/v1/positions/balance', {
      token: trading,
      json: { name: MAIN, currency: 'USD' },
    })
    expect(status).toBe(200)
    expect(body).toMatchObject({ balance: '0.00', buyingPower: '0.00', openOrders: '0.00', securities: {} })
    const all = await venue.send('POST', '/v1/positions/balances', { token: trading, json: { name: MAIN } })
    expect(Object.keys(all.body.balances)).toEqual(['USD'])
  })

  test("another firm's account reads exactly like one that nobody has", async () => {
    const ask = (name: string) =>
      venue.send('POST', '/v1/positions/balance', { token: trading, json: { name, currency: 'USD' } })
    const foreign = await ask('firms/other-firm/accounts/other-main')
    const unknown = await ask('firms/other-firm/accounts/nothing')
    const misplaced = await ask('firms/other-firm/accounts/acme-main')
    expect(foreign.status).toBe(404)
    expect(foreign.text).toBe(unknown.text)
    expect(misplaced.text).toBe(unknown.text)
    expect(foreign.body).toEqual({ code: 5, message: 'account not found', details: [] })
  })
})

describe('what is taken away counts on the very next request', () => {
  const status = async () => (await venue.send('GET', '/v1/whoami', { token: trading })).status

  test('a revoked credential', async () => {
    expect(await status()).toBe(200)
    await venue.run('credentials.revoke', { credential: acme.credentials.trading ?? 0, version: null })
    expect(await status()).toBe(401)
  })

  test('a suspended user', async () => {
    expect(await status()).toBe(200)
    await venue.run('users.suspend', { user: acme.trader, version: null })
    expect(await status()).toBe(403)
  })

  test('an expired token', async () => {
    venue.move(179)
    expect(await status()).toBe(200)
    venue.move(1)
    expect(await status()).toBe(401)
  })

  test('a removed binding', async () => {
    const read = () => venue.send('POST', '/v1/positions/balances', { token: trading, json: { name: MAIN } })
    expect((await read()).status).toBe(200)
    const { bindings, bindingsOf } = venue.server.engine.rooms.access.reach
    const [row] = bindingsOf.of(acme.trader as never)
    await venue.run('bindings.remove', { binding: bindings.id(row ?? -1), version: null })
    expect((await read()).status).toBe(404)
  })
})

test('a token of one firm sees nothing of another', async () => {
  const token = await signIn(venue, 'other-trading', OTHER_KEYS)
  const { body } = await venue.send('GET', '/v1/accounts', { token })
  expect(body.accounts).toEqual(['firms/other-firm/accounts/other-main'])
})
