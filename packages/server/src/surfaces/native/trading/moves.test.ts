/** `positions.move` over HTTP: what both sides see of it, who may ask for it, and that it happens once for each key. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { catchUp } from '../../../testing/catch-up.js'
import { holdPerpetual } from '../../../testing/derivatives.js'
import { startWorld, type World } from '../../../testing/native-world.js'

let world: World
let main: string
let subaccount: string

beforeAll(async () => {
  world = await startWorld()
  const held = await holdPerpetual(world)
  main = `acc_${held.main}`
  subaccount = `acc_${held.subaccount}`
})
afterAll(() => world.stop())

const move = (quantity: string, more: object = {}, options: object = {}) =>
  world.call('POST', '/stemma/v1/positions/move', {
    body: { from: main, to: subaccount, legs: [{ instrument: 'BTC-PERPETUAL', quantity }], ...more },
    ...options,
  })
const items = async (path: string) => {
  catchUp(world.engine)
  return (await world.call('GET', `/stemma/v1${path}`)).body.items
}

test('a trade of both accounts in lists, drop copy and entries, once for each key', async () => {
  const options = { headers: { 'idempotency-key': 'move-1' } }
  const { body } = await move('50', {}, options)
  expect(body).toMatchObject({
    move: expect.stringMatching(/^mov_/),
    legs: [{ symbol: 'BTC-PERPETUAL', side: 'buy', quantity: '50', price: '98000' }],
  })
  expect((await move('50', {}, options)).body).toEqual(body)
  const [{ trade }] = body.legs
  for (const [account, side, held] of [
    [main, 'sell', '150'],
    [subaccount, 'buy', '50'],
  ]) {
    const [told] = await items(`/trades?account=${account}&types=moved`)
    expect(told).toMatchObject({
      type: 'moved',
      trade,
      order: null,
      side,
      fee: '0.00000000',
      last_price: '98000',
    })
    const position = await world.call('GET', `/stemma/v1/accounts/${account}/positions/BTC-PERPETUAL`)
    expect(position.body.quantity).toBe(held)
    const entries = await items(`/accounts/${account}/position-entries?trade=${trade}`)
    expect(entries).toMatchObject([{ type: 'trade.moved', quantity: held }])
  }
  const firm = world.ids.get('pty_15')
  const copied = (await items(`/drop-copy?under=${firm}`)).filter(
    ({ type }: { type: string }) => type === 'moved',
  )
  expect(copied.map(({ account }: { account: string }) => account)).toEqual([main, subaccount])
  expect((await world.call('GET', '/stemma/v1/verify')).body).toMatchObject({ holds: true })
  // There is no trade to take back: it is moved back.
  const bust = await world.call('POST', `/stemma/v1/trades/${trade}/bust`, { body: { reason: 'no' } })
  expect(bust.body).toMatchObject({ code: 'not_visible' })
})

test('refusals name the field; a stranger learns nothing, a reader may not', async () => {
  expect((await move('15')).body).toMatchObject({ status: 400, code: 'malformed', field: '/legs/0/quantity' })
  expect((await move('1.5')).body).toMatchObject({ code: 'malformed', field: '/legs/0/quantity' })
  expect((await move('1000')).body).toMatchObject({
    status: 422,
    code: 'insufficient_position',
    field: '/legs/0/quantity',
  })
  expect((await move('10', { legs: [{ instrument: 'none', quantity: '10' }] })).body).toMatchObject({
    code: 'instrument_unknown',
    field: '/legs/0/instrument',
  })
  expect((await move('10', { legs: [] })).body.code).toBe('malformed')
  expect((await move('10', {}, { key: world.keys.stranger })).body.code).toBe('not_visible')
  expect((await move('10', {}, { key: world.keys.reader })).body.code).toBe('scope_missing')
})
