// Prices, risk limits, locks and the sums of nodes, over HTTP.
import { EXAMPLE } from '@stemma/contract'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { holdShares, lockOut, openShare } from '../../testing/holding.js'
import { startWorld, type World } from '../../testing/native-world.js'

let world: World
beforeEach(async () => {
  world = await startWorld()
})
afterEach(() => world.stop())

const at = (path: string) => `/stemma/v1${path}`
const idOf = (example: string) => String(world.ids.get(example))

describe('prices', () => {
  test('are published many at once, with up to eighteen digits, and value what is held', async () => {
    const { instrument } = await holdShares(world)
    const prices = [{ instrument: `ins_${instrument}`, price: '12.000000000000000001' }]
    const published = await world.call('POST', at('/prices'), { body: { prices } })
    expect(published.body).toEqual({ published: 1, sequence: expect.any(Number) })
    const { body } = await world.call('GET', at(`/nodes/${idOf(EXAMPLE.firm)}/positions`))
    expect(body).toEqual({
      items: [
        {
          instrument: `ins_${instrument}`,
          symbol: 'SHARE-1',
          currency: 'USD',
          quantity_scale: 0,
          long: '10',
          long_cost: '100.00',
          short: '0',
          short_cost: '0.00',
          price: '12.000000000000000001',
          value: '120.00',
        },
      ],
      next_cursor: null,
    })
  })

  test.each([
    [
      'a price of nineteen digits',
      [{ instrument: 'ins_80', price: '1.0000000000000000001' }],
      400,
      'malformed',
    ],
    ['a price of zero', [{ instrument: 'ins_80', price: '0' }], 400, 'malformed'],
    ['a number', [{ instrument: 'ins_80', price: 1 }], 400, 'malformed'],
    ['nothing', [], 400, 'malformed'],
    ['an unknown instrument', [{ instrument: 'ins_999999', price: '1' }], 404, 'instrument_unknown'],
    [
      'one too many',
      Array.from({ length: 1_001 }, () => ({ instrument: 'ins_80', price: '1' })),
      400,
      'malformed',
    ],
  ])('%s is refused', async (_name, prices, status, code) => {
    const instrument = `ins_${await openShare(world)}`
    const body = {
      prices: prices.map((each) => (each.instrument === 'ins_80' ? { ...each, instrument } : each)),
    }
    expect(await world.call('POST', at('/prices'), { body })).toMatchObject({ status, body: { code } })
  })

  test('need their own scope', async () => {
    const body = { prices: [{ instrument: `ins_${await openShare(world)}`, price: '1' }] }
    for (const key of [world.keys.administrator, world.keys.reader])
      expect(await world.call('POST', at('/prices'), { key, body })).toMatchObject({
        status: 403,
        body: { code: 'scope_missing' },
      })
  })
})

test('the summary of a node shows its value, and its margin with the age of the oldest figure', async () => {
  await holdShares(world)
  const { body } = await world.call('GET', at(`/nodes/${idOf(EXAMPLE.firm)}/summary`))
  const [dollars] = body.currencies
  expect(dollars).toMatchObject({ positions_long: '100.00', positions_short: '0.00', unpriced: 0 })
  expect(Number(dollars.value)).toBe(Number(dollars.net) + 100)
  expect(body.margin).toMatchObject([
    { currency: 'USD', portfolios: 1, requirement: '0.00', deficit: '0.00' },
  ])
  expect(body.margin[0].oldest).toBeLessThanOrEqual(body.sequence)
})

describe('risk limits', () => {
  test('are set, listed, explained with their source, and cleared', async () => {
    const [firm, account] = [idOf(EXAMPLE.firm), idOf(EXAMPLE.account)]
    const said = { currency: 'USD', order_quantity: '500', daily_loss: '25000.00', lifts_daily: true }
    const set = await world.call('PUT', at(`/nodes/${firm}/risk-limits`), { body: said })
    expect(set.status).toBe(200)
    const stricter = await world.call('PUT', at(`/nodes/${account}/risk-limits`), {
      body: { order_quantity: '12.5', authority: firm },
    })
    const listed = await world.call('GET', at(`/nodes/${firm}/risk-limits`))
    expect(listed.body.items).toMatchObject([{ id: set.body.limit, node: firm, authority: firm, ...said }])
    const effective = await world.call('GET', at(`/nodes/${account}/risk-limits/effective`))
    expect(effective.body.items).toMatchObject([
      { kind: 'order_quantity', value: '12.5', currency: null, source: account, limit: stricter.body.limit },
      { kind: 'order_quantity', value: '500', currency: 'USD', source: firm },
      { kind: 'daily_loss', value: '25000.00', currency: 'USD', source: firm },
    ])
    await world.call('DELETE', at(`/risk-limits/${stricter.body.limit}`))
    const left = await world.call('GET', at(`/nodes/${account}/risk-limits`))
    expect(left.body.items).toEqual([])
  })

  test('the administrator of the firm sets them; who has no scope cannot, and who is elsewhere sees nothing', async () => {
    const path = at(`/nodes/${idOf(EXAMPLE.firm)}/risk-limits`)
    const { administrator, reader, stranger } = world.keys
    const body = { open_orders: 1 }
    expect((await world.call('PUT', path, { key: administrator, body })).status).toBe(200)
    expect((await world.call('GET', path, { key: administrator })).status).toBe(200)
    expect((await world.call('PUT', path, { key: reader, body })).body.code).toBe('scope_missing')
    expect((await world.call('GET', path, { key: stranger })).body.code).toBe('not_visible')
    expect((await world.call('PUT', path, { key: stranger, body })).body.code).toBe('not_visible')
  })

  test.each([
    ['nothing at all', {}],
    ['an amount without its currency', { daily_loss: '1.00' }],
    ['a quantity below zero', { position: '-1' }],
    ['a quantity of ten digits', { position: '0.0000000001' }],
    ['more orders than can be', { open_orders: 1_000_001 }],
  ])('%s is refused', async (_name, body) => {
    const answered = await world.call('PUT', at(`/nodes/${idOf(EXAMPLE.firm)}/risk-limits`), { body })
    expect(answered).toMatchObject({ status: 400, body: { code: 'malformed' } })
  })
})

test('a loss beyond the limit locks, which is listed, told as an event, and lifted once', async () => {
  const { account } = await lockOut(world)
  const listed = await world.call('GET', at(`/nodes/acc_${account}/loss-lockouts`))
  expect(listed.body.items).toMatchObject([
    {
      node: `acc_${account}`,
      authority: idOf(EXAMPLE.firm),
      allowed: '0.00',
      loss: '10.00',
      state: 'locked',
    },
  ])
  const { id } = listed.body.items[0]
  const events = await world.call('GET', at(`/events?under=${idOf(EXAMPLE.firm)}&kinds=loss_lockout.locked`))
  expect(events.body.items).toMatchObject([{ kind: 'loss_lockout.locked', subject: id }])
  const lift = (key = world.keys.operator) =>
    world.call('POST', at(`/loss-lockouts/${id}/lift`), { key, body: {} })
  expect((await lift(world.keys.reader)).body.code).toMatch(/scope_missing/)
  expect((await lift()).status).toBe(200)
  expect((await lift()).body.code).toBe('transition_invalid')
})
