/** `orders.quote` over HTTP: what its orders and their group say, and where a fault of a number is. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { holdPerpetual } from '../../../testing/derivatives.js'
import { startWorld, type World } from '../../../testing/native-world.js'

let world: World
let account: string

beforeAll(async () => {
  world = await startWorld()
  account = `acc_${(await holdPerpetual(world)).main}`
  const group = { index: 'btc_usd', group: 'near', interval_seconds: 5, quantity_limit: '3' }
  await world.call('POST', `/stemma/v1/accounts/${account}/protections`, { body: group })
})
afterAll(() => world.stop())

const quote = (quotes: readonly object[], options: object = {}) =>
  world.call('POST', `/stemma/v1/accounts/${account}/quotes`, {
    body: { group: 'near', quote_id: '1', quotes },
    ...options,
  })
const instrument = 'BTC-PERPETUAL'

test('an order says what it is quoted under; a message counts once for its key', async () => {
  const options = { headers: { 'idempotency-key': 'quoted-once' } }
  const bid = { price: '97000', quantity: '100' }
  const { body } = await quote([{ instrument, quote_set: 'futures', bid }], options)
  expect(body.sides).toMatchObject([{ side: 'buy', order: expect.stringMatching(/^ord_/), fault: null }])
  expect((await quote([{ instrument, quote_set: 'futures', bid }], options)).body).toEqual(body)
  const [{ order }] = body.sides
  const read = await world.call('GET', `/stemma/v1/orders/${order}`)
  expect(read.body).toMatchObject({
    is_protected: true,
    quote: { group: 'near', id: '1', set: 'futures' },
    price: '97000',
  })
})

test('a side that is not taken says why, with its figures', async () => {
  const { body } = await quote([{ instrument, ask: { price: '99000.3', quantity: '100' } }])
  expect(body.sides[0].fault).toMatchObject({ code: 'price_off_tick', data: { price: 'price' } })
})

test('a number that cannot be is found by its place', async () => {
  const { body } = await quote([
    { instrument, bid: { price: '97000', quantity: '100' } },
    { instrument, ask: { price: '99000', quantity: '100.5' } },
  ])
  expect(body).toMatchObject({ code: 'malformed', field: '/quotes/1/ask/quantity' })
  const unknown = await quote([{ instrument: 'NOTHING', bid: { price: '1', quantity: '1' } }])
  expect(unknown.body).toMatchObject({ code: 'instrument_unknown', field: '/quotes/0/instrument' })
})

test('a cancel takes quotes alone, and keeps further ones away', async () => {
  await quote([{ instrument, bid: { price: '97000', quantity: '100' } }])
  const cancel = { only_quotes: true, freezes_quotes: true }
  const { body } = await world.call('POST', `/stemma/v1/accounts/${account}/orders/cancel`, { body: cancel })
  expect(body.orders).toHaveLength(1)
  const { items } = (await world.call('GET', `/stemma/v1/accounts/${account}/protections`)).body
  expect(items[0].quotes_frozen_until).toEqual(expect.any(String))
  const frozen = await quote([{ instrument, bid: { price: '97000', quantity: '100' } }])
  expect(frozen.body).toMatchObject({ code: 'order_rejected', data: { reason: 'quotes_frozen' } })
})
