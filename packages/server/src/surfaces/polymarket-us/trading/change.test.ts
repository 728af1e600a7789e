/** Orders that are changed, taken back, sent in lists, crossed or only previewed; and what happens when two meet. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Acme, KEYS } from '../../../testing/acme.js'
import {
  ACCOUNT,
  type Desk,
  deskOf,
  fund,
  OTHER_ACCOUNT,
  openContract,
  orderOf,
  SYMBOL,
} from '../../../testing/market.js'
import { openTwoFirms } from '../../../testing/two-firms.js'
import { signIn, type Venue } from '../../../testing/venue.js'

let venue: Venue
let acme: Acme
let instrument: number
let own: Desk
let other: Desk
let admin: string

beforeEach(async () => {
  ;({ venue, acme, instrument, own, other } = await openTwoFirms())
  admin = await signIn(venue, 'acme-admin', KEYS)
})
afterEach(() => venue.close())

const error = (code: number, message: unknown) => ({ code, message, details: [] })
const UNKNOWN = error(5, 'order not found')
const executionsOf = async (orderId: string) =>
  (await venue.send('POST', '/v1/report/executions/search', { token: admin, json: { orderId } })).body
    .executions

describe('replace', () => {
  const replace = (json: object) => own.post('/v1/trading/orders/replace', json)

  test('changes price, quantity and client id, and keeps what is left out', async () => {
    const orderId = await own.place({ orderQty: 10, price: 36, clordId: 'a' })
    venue.move(1)
    const { status, body } = await replace({ orderId, clordId: 'b', price: '38', orderQty: '12' })
    expect([status, body]).toEqual([200, {}])
    expect(await own.read(orderId)).toMatchObject({
      state: 'ORDER_STATE_REPLACED',
      clordId: 'b',
      price: '38',
      orderQty: '12',
      createTime: '2026-01-05T15:00:00.000000Z',
      insertTime: '2026-01-05T15:00:01.000000Z',
    })
    await replace({ order_id: orderId, order_qty: '5' })
    expect(await own.read(orderId)).toMatchObject({ clordId: 'b', price: '38', orderQty: '5' })
    const types = (await executionsOf(orderId)).map(({ type }: { type: string }) => type)
    expect(types).toEqual(['EXECUTION_TYPE_NEW', 'EXECUTION_TYPE_REPLACE', 'EXECUTION_TYPE_REPLACE'])
  })

  test('finds its order by the client id where no other is given', async () => {
    const orderId = await own.place({ orderQty: 10, price: 36, clordId: 'a' })
    await replace({ clordId: 'a', symbol: SYMBOL, orderQty: 3 })
    expect(await own.read(orderId)).toMatchObject({ orderQty: '3', clordId: 'a' })
  })

  test('that is rejected leaves the order as it was, and shows in its executions', async () => {
    const orderId = await own.place({ orderQty: 10, price: 36 })
    expect((await replace({ orderId, price: '100' })).status).toBe(200)
    expect(await own.read(orderId)).toMatchObject({ state: 'ORDER_STATE_NEW', price: '36' })
    const last = (await executionsOf(orderId)).at(-1)
    expect(last).toMatchObject({
      type: 'EXECUTION_TYPE_REJECTED',
      orderRejectReason: 'ORD_REJECT_REASON_PRICE_OUT_OF_BOUNDS',
      text: 'High price limit is 0.99, given 1',
      order: { state: 'ORDER_STATE_NEW', price: '36' },
    })
  })

  test('of a filled order is 409, of an unknown, a foreign or a mistyped one 404', async () => {
    await other.place({ side: 'SIDE_SELL', orderQty: 10, price: 36 })
    const orderId = await own.place({ orderQty: 10, price: 36 })
    const filled = await replace({ orderId, price: '37' })
    expect([filled.status, filled.body]).toEqual([409, error(10, 'Unknown order')])
    const foreign = await other.place({ orderQty: 1, price: 1 })
    for (const named of [
      { orderId: foreign },
      { orderId: '0000000000001' },
      { orderId: 'x' },
      { clordId: 'nobody' },
      { orderId, symbol: 'another' },
    ]) {
      const { status, body } = await replace({ ...named, orderQty: 1 })
      expect([status, body]).toEqual([404, UNKNOWN])
    }
  })

  test('needs an order, a number and a client id that is free', async () => {
    await own.place({ orderQty: 1, price: 30, clordId: 'taken' })
    const orderId = await own.place({ orderQty: 10, price: 36, clordId: 'mine' })
    expect((await replace({ price: '1' })).body).toEqual(error(3, 'missing required field orderId'))
    expect((await replace({ orderId, orderQty: '-1' })).body).toEqual(error(3, 'invalid order quantity'))
    expect((await replace({ orderId, price: '-1' })).status).toBe(400)
    expect((await replace({ orderId, bestLimit: true })).status).toBe(400)
    expect((await replace({ orderId, timeInForce: 3 })).status).toBe(400)
    const taken = await replace({ orderId, clordId: 'taken' })
    expect([taken.status, taken.body]).toEqual([409, error(6, 'ClOrdID already in use by an open order')])
    expect(await own.read(orderId)).toMatchObject({ clordId: 'mine', price: '36' })
  })

  test('as a list is done whole or not at all', async () => {
    const [first, second] = [
      await own.place({ orderQty: 10, price: 36 }),
      await own.place({ orderQty: 10, price: 35 }),
    ]
    const list = (requests: object[]) => own.post('/v1/trading/orders/replace/list', { requests })
    const done = await list([
      { orderId: first, price: 20 },
      { orderId: second, price: 21 },
    ])
    expect([done.status, done.body]).toEqual([200, { responses: [{}, {}] }])
    const failed = await list([
      { orderId: first, price: 22 },
      { orderId: second, timeInForce: 3 },
    ])
    expect(failed.status).toBe(400)
    expect(await own.read(first)).toMatchObject({ price: '20' })
  })
})

describe('cancel', () => {
  const cancel = (json: object) => own.post('/v1/trading/orders/cancel', json)

  test('takes an open order out, by its id or by its client id', async () => {
    const first = await own.place({ orderQty: 10, price: 36 })
    expect((await cancel({ orderId: first, symbol: SYMBOL })).body).toEqual({})
    expect(await own.read(first)).toMatchObject({ state: 'ORDER_STATE_CANCELED', leavesQty: '0' })
    const second = await own.place({ orderQty: 10, price: 36, clordId: 'c' })
    expect((await cancel({ clord_id: 'c' })).status).toBe(200)
    expect(await own.read(second)).toMatchObject({ state: 'ORDER_STATE_CANCELED' })
    expect((await own.get('/v1/trading/orders/open')).body.orders).toEqual([])
  })

  test('of a filled order is 409, of an unknown or foreign one 404', async () => {
    await other.place({ side: 'SIDE_SELL', orderQty: 10, price: 36 })
    const orderId = await own.place({ orderQty: 10, price: 36 })
    const filled = await cancel({ orderId })
    expect([filled.status, filled.body]).toEqual([409, error(10, 'Too late to cancel: the order is FILLED')])
    const foreign = await other.place({ orderQty: 1, price: 1 })
    for (const id of [foreign, '0000000000001', 'ZZZZZZZZZZZZZ', '']) {
      const { status, body } = await cancel({ orderId: id, clordId: 'nobody' })
      expect([status, body]).toEqual([404, UNKNOWN])
    }
    expect(await other.read(foreign)).toMatchObject({ state: 'ORDER_STATE_NEW' })
    expect((await cancel({})).body).toEqual(error(3, 'missing required field orderId'))
  })

  test('is not taken while the instrument is halted', async () => {
    const orderId = await own.place({ orderQty: 10, price: 36 })
    await venue.run('instruments.set_state', { instrument, state: 'halted', version: null })
    const { status, body } = await cancel({ orderId })
    expect([status, body]).toEqual([422, error(9, 'Book is HALTED')])
    expect(await own.read(orderId)).toMatchObject({ state: 'ORDER_STATE_NEW' })
  })

  test('that races a fill is either first or too late, and never both', async () => {
    for (let round = 0; round < 10; round += 1) {
      const orderId = await own.place({ orderQty: 1, price: 36 })
      const [cancelled, taken] = await Promise.all([
        cancel({ orderId }),
        other.order({ side: 'SIDE_SELL', orderQty: 1, price: 36, timeInForce: 3 }),
      ])
      expect(taken.status).toBe(200)
      const { state } = await own.read(orderId)
      expect([cancelled.status, state]).toEqual(
        cancelled.status === 200 ? [200, 'ORDER_STATE_CANCELED'] : [409, 'ORDER_STATE_FILLED'],
      )
    }
  })

  test('as a list cancels what is open, and is refused where an order is unknown', async () => {
    await other.place({ side: 'SIDE_SELL', orderQty: 1, price: 36 })
    const filled = await own.place({ orderQty: 1, price: 36 })
    const open = await own.place({ orderQty: 1, price: 30 })
    const list = (requests: object[]) => own.post('/v1/trading/orders/cancel/list', { requests })
    expect((await list([{ orderId: open }, { orderId: 'x' }])).body).toEqual(UNKNOWN)
    expect(await own.read(open)).toMatchObject({ state: 'ORDER_STATE_NEW' })
    expect((await list([{ orderId: filled }, { orderId: open }])).body).toEqual({ responses: [{}, {}] })
    expect(await own.read(open)).toMatchObject({ state: 'ORDER_STATE_CANCELED' })
  })
})

describe('lists', () => {
  const list = (requests: unknown) => own.post('/v1/trading/orders/list', { requests })
  const buy = (change: object = {}) => orderOf(ACCOUNT, { orderQty: 1, price: 30, ...change })

  test('of up to twenty orders, each with its id', async () => {
    const twenty = Array.from({ length: 20 }, () => buy())
    const { body } = await list(twenty)
    expect(new Set(body.responses.map(({ orderId }: { orderId: string }) => orderId)).size).toBe(20)
    for (const wrong of [[...twenty, buy()], [], undefined, {}, 'x'])
      expect((await list(wrong)).body).toEqual(error(3, 'invalid requests: expected 1 to 20'))
  })

  test('are received whole or not at all; what is rejected is received', async () => {
    const malformed = await list([buy(), buy({ orderQty: '0' })])
    expect(malformed.status).toBe(400)
    const named = await list([buy(), buy({ side: undefined })])
    expect(named.body).toEqual(error(3, 'missing required field requests[1].side'))
    const twice = await list([buy({ clordId: 'x' }), buy({ clordId: 'x' })])
    expect([twice.status, twice.body.code]).toEqual([409, 6])
    expect((await own.get('/v1/trading/orders/open')).body.orders).toEqual([])
    const { body } = await list([buy(), buy({ price: 100 })])
    expect(await own.read(body.responses[1].orderId)).toMatchObject({ state: 'ORDER_STATE_REJECTED' })
  })
})

test('a client order id is used by one open order at a time, however many ask at once', async () => {
  const asked = () => own.order({ orderQty: 1, price: 30, clordId: 'same' })
  const answers = await Promise.all(Array.from({ length: 8 }, asked))
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409, 409, 409, 409])
  const refused = answers.find(({ status }) => status === 409)
  expect(refused?.body).toEqual(error(6, 'ClOrdID already in use by an open order'))
  const { orderId } = answers.find(({ status }) => status === 200)?.body ?? {}
  await own.post('/v1/trading/orders/cancel', { orderId })
  expect((await asked()).status).toBe(200)
})

describe('orders of one participant that would meet', () => {
  const rest = () => own.place({ orderQty: 5, price: 36, selfMatchPreventionId: 'desk' })
  const take = (instruction?: string) =>
    own.place({
      side: 'SIDE_SELL',
      orderQty: 5,
      price: 36,
      selfMatchPreventionId: 'desk',
      ...(instruction === undefined
        ? {}
        : { selfMatchPreventionInstruction: `SELF_MATCH_PREVENTION_INSTRUCTION_${instruction}` }),
    })
  const states = async (ids: readonly string[]) =>
    Promise.all(ids.map(async (id) => String((await own.read(id)).state).replace('ORDER_STATE_', '')))

  test.each([
    [undefined, ['NEW', 'REJECTED']],
    ['REJECT_AGGRESSOR', ['NEW', 'REJECTED']],
    ['CANCEL_RESTING', ['CANCELED', 'NEW']],
    ['REMOVE_BOTH', ['CANCELED', 'CANCELED']],
    ['SOMETHING_ELSE', ['NEW', 'REJECTED']],
  ] as const)('%s leaves them %j', async (instruction, expected) => {
    const ids = [await rest(), await take(instruction)]
    expect(await states(ids)).toEqual(expected)
    const text = expected[0] === 'CANCELED' ? (await executionsOf(ids[0] as string)).at(-1) : null
    if (text !== null)
      expect(text).toMatchObject({
        text: 'Self Match Prevention',
        unsolicitedCancelReason: 'UNSOLICITED_CXL_REASON_EXCHANGE_OPTION',
      })
  })

  test('under another id, or without one, they trade', async () => {
    const resting = await rest()
    const taking = await own.place({ side: 'SIDE_SELL', orderQty: 5, price: 36, selfMatchPreventionId: 'b' })
    expect(await states([resting, taking])).toEqual(['FILLED', 'FILLED'])
  })
})

describe('cross', () => {
  const cross = (change: object = {}, requests: object[] = []) => {
    const sides = ['SIDE_BUY', 'SIDE_SELL'].map((side, place) =>
      orderOf(place === 0 ? 'acme-main' : 'acme-second', {
        side,
        orderQty: 5,
        price: 40,
        ...requests[place],
      }),
    )
    const json = {
      requests: sides,
      crossType: 'CROSS_TYPE_ALL_OR_NONE',
      crossId: 'x-1',
      crossPrioritizedSide: 'SIDE_BUY',
      ...change,
    }
    return venue.send('POST', '/v1/trading/orders/cross', { token: admin, json })
  }

  beforeEach(async () => {
    const path = '/v1/accounts'
    await venue.send('POST', path, { token: admin, json: { name: 'acme-second' } })
    const { accounts } = venue.server.engine.rooms.hierarchy
    const row = venue.server.engine.rooms.hierarchy.accountByName.find('acme-second')
    await fund(venue, accounts.id(row), '100.00')
  })

  test('trades its two orders with each other', async () => {
    const { status, body } = await cross()
    expect([status, body.responses.length]).toEqual([200, 2])
    for (const { orderId } of body.responses)
      expect(await deskOf(venue, () => admin, ACCOUNT).read(orderId)).toMatchObject({
        state: 'ORDER_STATE_FILLED',
        crossId: 'x-1',
        avgPx: '40',
      })
  })

  test('is refused where it would pass somebody over, or is no pair', async () => {
    const refused = async (answer: Promise<{ status: number; body: { code: number } }>) => {
      const { status, body } = await answer
      return [status, body.code]
    }
    expect(await refused(cross({ crossType: 'CROSS_TYPE_X' }))).toEqual([400, 3])
    expect(await refused(cross({ crossId: undefined }))).toEqual([400, 3])
    expect(await refused(cross({ requests: [] }))).toEqual([400, 3])
    expect(await refused(cross({}, [{}, { price: 41 }]))).toEqual([400, 3])
    await other.place({ side: 'SIDE_SELL', orderQty: 1, price: 39 })
    expect(await refused(cross())).toEqual([422, 9])
  })
})

describe('preview', () => {
  const preview = (request: Readonly<Record<string, unknown>>) =>
    own.post('/v1/trading/orders/preview', { request: orderOf(ACCOUNT, request) })

  test('says what would trade, and leaves nothing behind', async () => {
    await other.place({ side: 'SIDE_SELL', orderQty: 100, price: 37 })
    const { body } = await preview({ orderQty: 250, price: 40 })
    expect(body.previewOrder).toMatchObject({
      id: '',
      state: 'ORDER_STATE_PARTIALLY_FILLED',
      orderQty: '250',
      cumQty: '100',
      leavesQty: '150',
      avgPx: '37',
    })
    expect((await own.get('/v1/trading/orders/open')).body.orders).toEqual([])
  })

  test('says why it would be rejected', async () => {
    const { body } = await preview({ orderQty: 5000, price: 40 })
    expect(body).toMatchObject({
      previewOrder: { state: 'ORDER_STATE_REJECTED' },
      orderRejectReason: 'ORD_REJECT_REASON_EXCHANGE_OPTION',
    })
    expect((await own.post('/v1/trading/orders/preview', {})).status).toBe(400)
    expect((await preview({ orderQty: 1, price: 1, symbol: 'nothing' })).status).toBe(404)
    expect((await preview({ orderQty: 1, price: 1, account: OTHER_ACCOUNT })).status).toBe(404)
  })
})

describe('open orders', () => {
  test('are those of the own accounts, by account and symbol', async () => {
    await openContract(venue, 'another')
    const [first, second] = [
      await own.place({ orderQty: 1, price: 30 }),
      await own.place({ orderQty: 1, price: 30, symbol: 'another' }),
    ]
    await other.place({ orderQty: 1, price: 30 })
    const ids = async (query: string) => {
      const { body } = await own.get(`/v1/trading/orders/open${query}`)
      return body.orders.map(({ id }: { id: string }) => id)
    }
    expect(await ids('')).toEqual([first, second])
    expect(await ids(`?symbols=another&accounts=${ACCOUNT}`)).toEqual([second])
    expect(await ids(`?symbols=another&symbols=${SYMBOL}`)).toEqual([first, second])
    expect((await own.get(`/v1/trading/orders/open?accounts=${OTHER_ACCOUNT}`)).status).toBe(404)
    expect((await own.get('/v1/trading/orders/open?symbols=nothing')).status).toBe(404)
  })

  test('another firm’s order is read like an unknown one', async () => {
    const id = await other.place({ orderQty: 1, price: 30 })
    const [foreign, unknown] = [
      await own.get(`/v1/trading/orders/${id}`),
      await own.get('/v1/trading/orders/ZZZZZZZZZZZZZ'),
    ]
    expect([foreign.status, foreign.text]).toEqual([404, unknown.text])
  })
})

describe('limits of a firm', () => {
  test.each([
    [1, 30],
    [2, 100],
  ])('tier %i allows %i orders a second', async (tier, allowed) => {
    if (tier > 1)
      await venue.run('settings.set', {
        node: acme.firm,
        name: 'venue.order_rate_tier',
        value: tier,
        from: null,
      })
    const place = () => own.order({ orderQty: 1 })
    for (let count = 0; count < allowed; count += 1) expect((await place()).status).toBe(400)
    const beyond = await place()
    expect([beyond.status, beyond.body]).toEqual([429, error(8, 'rate limit exceeded')])
    expect(beyond.headers.get('retry-after')).toBe('1')
    // Cancelling has a limit of its own, and so has another firm.
    expect((await own.post('/v1/trading/orders/cancel', {})).status).toBe(400)
    expect((await other.order({ orderQty: 1 })).status).toBe(400)
    venue.move(1)
    expect((await place()).status).toBe(400)
  })

  test('90 cancels and 50 lists a second', async () => {
    const cancel = () => own.post('/v1/trading/orders/cancel', {})
    for (let count = 0; count < 90; count += 1) expect((await cancel()).status).toBe(400)
    expect((await cancel()).status).toBe(429)
    const list = () => own.post('/v1/trading/orders/list', { requests: [] })
    for (let count = 0; count < 50; count += 1) expect((await list()).status).toBe(400)
    expect((await list()).status).toBe(429)
  })
})
