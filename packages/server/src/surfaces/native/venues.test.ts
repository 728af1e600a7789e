// Outside venues over HTTP: secrets that are shown once, and reports that are taken once.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startWorld, type World } from '../../testing/native-world.js'
import { fundedAccount, limitOrder, outsideShare } from '../../testing/outside.js'

let world: World
let venue: string
let account: number
let instrument: number
let number = 0

const created = { name: 'exchange', display_name: 'The Exchange', url: 'https://exchange.example/in' }
const post = (path: string, body: unknown, more: object = {}) =>
  world.call('POST', `/stemma/v1${path}`, { body, ...more })
const report = (body: object, more: object = {}) => post(`/venues/${venue}/reports`, body, more)

async function place(quantity: bigint): Promise<string> {
  const input = limitOrder({ account, instrument, quantity, price: '20.00' })
  return `ord_${(await world.run<{ order: number }>('orders.place', input)).order}`
}

beforeAll(async () => {
  world = await startWorld()
  const answered = await post('/venues', created, { headers: { 'idempotency-key': 'make' } })
  expect(answered.body).toMatchObject({ secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{32}$/) })
  venue = answered.body.venue
  const party = Number(world.ids.get('pty_15')?.slice('pty_'.length))
  account = await fundedAccount(world.run, party, 'buyer', '10000.00')
  instrument = await outsideShare(world.run, 'SHARE', 'exchange')
})
afterAll(() => world.stop())

test('the secret of a venue is shown once, is never read again, and can be made anew', async () => {
  const again = await post('/venues', created, { headers: { 'idempotency-key': 'make' } })
  expect(again.body).toMatchObject({ venue, secret: null })
  const path = `/stemma/v1/venues/${venue}`
  const read = await world.call('GET', path)
  expect(Object.keys(read.body)).not.toContain('secret')
  expect(JSON.stringify(read.body)).not.toContain('sealed')
  const sealedNow = () => world.engine.rooms.trading.venues.sealedSecret.get(0)
  const before = sealedNow()
  const paused = await world.call('PATCH', path, { body: { display_name: 'Exchange' } })
  expect(paused.body).not.toHaveProperty('secret')
  expect(sealedNow()).toBe(before)
  const anew = await world.call('PATCH', path, { body: { new_secret: true } })
  expect(anew.body.secret).toMatch(/^whsec_/)
  expect(sealedNow()).not.toBe(before)
  const stale = await world.call('PATCH', path, {
    body: { status: 'suspended' },
    headers: { 'if-match': '"1"' },
  })
  expect(stale.body).toMatchObject({ code: 'version_mismatch' })
})

test('names are as long as those of the house account at it can be', async () => {
  const made = (name: string, displayName: string) =>
    post('/venues', { ...created, name, display_name: displayName })
  // `street-` and `Street account at ` take 7 of 64 and 18 of 128 characters.
  const [longest, widest] = ['n'.repeat(57), '\u{1f3db}'.repeat(110)]
  expect((await made(`${longest}n`, 'V')).body).toMatchObject({ code: 'malformed', field: '/name' })
  expect((await made('v', `${widest}.`)).body).toMatchObject({ code: 'malformed', field: '/display_name' })
  const { body } = await made(longest, widest)
  expect(body).toMatchObject({ venue: expect.stringMatching(/^ven_/) })
  const path = `/stemma/v1/venues/${body.venue}`
  expect((await world.call('GET', path)).body).toMatchObject({ name: longest, display_name: widest })
  const wider = await world.call('PATCH', path, { body: { display_name: `${widest}.` } })
  expect(wider.body).toMatchObject({ code: 'malformed', field: '/display_name' })
})

test('a fill in decimal text is booked once, however often it is reported', async () => {
  const order = await place(10n)
  const fill = { number: ++number, kind: 'filled', order, price: '19.50', quantity: '4', fee: '0.35' }
  expect((await report(fill)).body).toMatchObject({ number, is_repeat: false, is_booked: true })
  const { sequence: _sequence, ...again } = (await report(fill)).body
  expect(again).toEqual({ number, is_repeat: true, is_booked: true })
  const balances = await world.call('GET', `/stemma/v1/accounts/acc_${account}/balances`)
  // 10,000 - 4 x 19.50 - 0.35
  expect(balances.body.items[0]).toMatchObject({ posted: '9921.65' })
  expect((await world.call('GET', `/stemma/v1/venues/${venue}`)).body).toMatchObject({ reports: number })
})

test('a report that leaves one out is refused with the number that is expected', async () => {
  const order = await place(1n)
  const early = await report({ number: number + 2, kind: 'accepted', order })
  expect(early.status).toBe(409)
  expect(early.body).toMatchObject({ code: 'report_gap', data: { expected: number + 1 } })
})

test('a fill of an order that has ended is taken and not booked', async () => {
  const order = await place(3n)
  const filled = (quantity: string) =>
    report({ number: ++number, kind: 'filled', order, price: '20', quantity })
  expect((await filled('3')).body).toMatchObject({ is_booked: true })
  expect((await filled('1')).body).toMatchObject({ is_booked: false, is_repeat: false })
})

test('a fill of an order that never existed is kept for the operator to see, and holds up nothing', async () => {
  const order = await place(3n)
  const odd = { kind: 'filled', order: 'ord_999999', price: '20.5', quantity: '0.25', reference: 'trade-1' }
  expect((await report({ number: ++number, ...odd })).body).toMatchObject({ is_booked: false })
  const fill = { number: ++number, kind: 'filled', order, price: '20', quantity: '3' }
  expect((await report(fill)).body).toMatchObject({ number, is_booked: true })
  const query = `under=${world.ids.get('pty_1')}&kinds=venue.report_unmatched&newest_first=true&limit=1`
  const seen = await world.call('GET', `/stemma/v1/events?${query}`)
  expect(seen.body.items).toMatchObject([
    { data: { number: number - 1, order: 999_999, price: '20.5', quantity: '0.25', reference: 'trade-1' } },
  ])
})

test('what cannot be counted is refused and its number stays free', async () => {
  const order = await place(3n)
  const fill = { number: number + 1, kind: 'filled', order, price: '20', quantity: '1' }
  for (const [odd, code, field] of [
    [{ quantity: '1.5' }, 'malformed', '/quantity'],
    [{ quantity: '-1' }, 'malformed', '/quantity'],
    [{ quantity: 1 }, 'malformed', '/quantity'],
    [{ price: '0.0000000000000000001' }, 'malformed', '/price'],
    [{ price: '-1' }, 'malformed', '/price'],
    [{ price: null }, 'malformed', '/price'],
    [{ fee: '0.123' }, 'malformed', '/fee'],
  ] as const)
    expect((await report({ ...fill, ...odd })).body, JSON.stringify(odd)).toMatchObject({ code, field })
  const elsewhere = await post('/venues/ven_999999/reports', fill)
  expect([elsewhere.status, elsewhere.body.code]).toEqual([404, 'not_visible'])
  expect((await report(fill)).body).toMatchObject({ number: ++number, is_repeat: false })
})

test('only who may report for the book can, and a firm cannot even see the venue', async () => {
  const order = await place(1n)
  for (const body of [
    { number: number + 1, kind: 'accepted', order },
    { number: number + 1, kind: 'filled', order, price: '20', quantity: '1' },
  ]) {
    const { administrator, reader } = world.keys
    expect((await report(body, { key: administrator })).body.code).toBe('scope_missing')
    expect((await report(body, { key: reader })).body.code).toBe('scope_missing')
  }
  const seen = await world.call('GET', `/stemma/v1/venues/${venue}`, { key: world.keys.administrator })
  expect(seen.body).toMatchObject({ code: 'not_visible' })
})
