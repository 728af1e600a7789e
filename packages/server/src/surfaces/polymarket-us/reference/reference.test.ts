/** Reference data, books and settlement prices; and every read and write of the trading part by scope. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Acme, KEYS } from '../../../testing/acme.js'
import { type Desk, openContract, SYMBOL } from '../../../testing/market.js'
import { openTwoFirms } from '../../../testing/two-firms.js'
import { signIn, type Venue } from '../../../testing/venue.js'

const CONTRACT = {
  event: 'game',
  quantityMax: 1_000n,
  expiresAt: 1_770_573_600_000_000,
  metadata: { eventSeries: 'nfl', eventCategory: 'sports', question: 'Who wins?' },
}

let venue: Venue
let acme: Acme
let instrument: number
let own: Desk
let other: Desk
let trading: string
let dropCopy: string

beforeEach(async () => {
  ;({ venue, acme, instrument, own, other } = await openTwoFirms({ own: 'acme-admin', contract: CONTRACT }))
  trading = await signIn(venue, 'acme-trading', KEYS)
  dropCopy = await signIn(venue, 'acme-dropcopy', KEYS)
})
afterEach(() => venue.close())

const instruments = async (json: object) => {
  venue.move(10)
  const answered = await own.post('/v1/refdata/instruments', json)
  return answered.status === 200
    ? answered.body.instruments.map(({ symbol }: { symbol: string }) => symbol)
    : answered.status
}

describe('instruments', () => {
  test('are shown with their terms, limits and dates', async () => {
    const { body } = await own.post('/v1/refdata/instruments', { symbols: [SYMBOL] })
    expect([body.instruments.length, body.nextPageToken, body.eof]).toEqual([1, '', true])
    expect(body.instruments[0]).toMatchObject({
      symbol: SYMBOL,
      tickSize: '0.01',
      baseCurrency: 'USD',
      multiplier: '1',
      minimumTradeQty: '1',
      startDate: { year: 2026, month: 1, day: 5 },
      expirationDate: { year: 2026, month: 2, day: 8 },
      expirationTime: { hours: 18, minutes: 0, seconds: 0 },
      terminationDate: null,
      clearingHouse: 'QCC',
      nonTradable: false,
      productId: 'game',
      priceLimit: { low: '0.01', high: '0.99', lowSet: true, highSet: true },
      orderSizeLimit: { low: '1', high: '1000' },
      state: 'INSTRUMENT_STATE_OPEN',
      priceScale: '100',
      fractionalQtyScale: '1',
      settlementCurrency: 'USD',
      settlementPriceScale: '100',
      metadata: { eventSeries: 'nfl' },
      eventAttributes: { question: 'Who wins?', payoutValue: '1' },
    })
  })

  test('are found by every filter', async () => {
    const halted = await openContract(venue, 'halted', { metadata: { clearingSym: 'HLT' } })
    await venue.run('instruments.set_state', { instrument: halted, state: 'halted', version: null })
    const field = (name: string, operator: string, value: object) =>
      instruments({
        filter: { fieldFilters: [{ field: name, operator: `FILTER_OPERATOR_${operator}`, ...value }] },
      })
    expect(await instruments({})).toEqual([SYMBOL, 'halted'])
    expect(await instruments({ productId: 'game' })).toEqual([SYMBOL])
    expect(await instruments({ eventSeries: 'nfl', eventCategory: 'sports' })).toEqual([SYMBOL])
    expect(await instruments({ clearingSym: 'HLT' })).toEqual(['halted'])
    expect(await instruments({ tradableFilter: 'TRADABLE_FILTER_TRADABLE' })).toEqual([SYMBOL])
    expect(await instruments({ tradableFilter: 'TRADABLE_FILTER_NON_TRADABLE' })).toEqual(['halted'])
    expect(await instruments({ tradableFilter: 'TRADABLE_FILTER_X' })).toHaveLength(2)
    expect(await instruments({ states: ['INSTRUMENT_STATE_HALTED'] })).toEqual(['halted'])
    expect(await instruments({ states: ['INSTRUMENT_STATE_X'] })).toHaveLength(2)
    expect(await instruments({ endTimeLte: '2026-02-08', startTimeGte: '2026-01-05' })).toEqual([SYMBOL])
    expect(await instruments({ endTimeGte: '2026-02-09' })).toEqual([])
    expect(await field('symbol', 'EQ', { stringValue: 'halted' })).toEqual(['halted'])
    expect(await field('symbol', 'LIKE', { stringValue: 'TEC-%kc' })).toEqual([SYMBOL])
    expect(await field('symbol', 'LIKE', { stringValue: 'tec' })).toEqual([])
    expect(await field('metadata.eventSeries', 'IN', { stringList: ['nfl', 'nba'] })).toEqual([SYMBOL])
  })

  test('refuse what is not supported, by name', async () => {
    const refused = async (filter: object) =>
      (await own.post('/v1/refdata/instruments', { filter })).body.message
    expect(await refused({ whereClause: "symbol = 'x'" })).toBe(
      'invalid filter.whereClause: not supported; use filter.fieldFilters',
    )
    expect(await refused({ fieldFilters: [{ field: 'colour', operator: 'FILTER_OPERATOR_EQ' }] })).toContain(
      'filter.fieldFilters[0].field',
    )
    expect(
      await refused({ fieldFilters: [{ field: 'symbol', operator: 'LIKE', stringValue: 'x' }] }),
    ).toContain('operator')
    expect(await instruments({ startTimeGte: 'today' })).toBe(400)
    expect(await instruments({ pageSize: 1001 })).toBe(400)
  })

  test('come in pages; symbols and metadata beside them', async () => {
    await openContract(venue, 'b')
    await openContract(venue, 'c')
    const first = (await own.post('/v1/refdata/instruments', { pageSize: 2 })).body
    expect([first.instruments.length, first.eof]).toEqual([2, false])
    const second = (await own.post('/v1/refdata/instruments', { pageToken: first.nextPageToken })).body
    expect([second.instruments.length, second.eof]).toEqual([1, true])
    expect((await own.post('/v1/refdata/symbols', {})).body).toEqual({
      symbols: [SYMBOL, 'b', 'c'],
      nextPageToken: '',
      eof: true,
    })
    const metadata = await own.post('/v1/refdata/metadata', { symbol: SYMBOL })
    expect(metadata.body).toEqual({
      symbol: SYMBOL,
      metadata: { eventSeries: 'nfl', eventCategory: 'sports', question: 'Who wins?' },
    })
    expect((await own.post('/v1/refdata/metadata', {})).status).toBe(400)
    expect((await own.post('/v1/refdata/metadata', { symbol: 'nothing' })).status).toBe(404)
  })

  test('are listed six times a minute', async () => {
    for (const path of ['instruments', 'symbols']) {
      const once = () => own.post(`/v1/refdata/${path}`, {})
      for (let count = 0; count < 6; count += 1) expect((await once()).status).toBe(200)
      expect((await once()).headers.get('retry-after')).toBe('10')
    }
  })
})

describe('books', () => {
  beforeEach(async () => {
    for (const price of [30, 31, 32, 33]) await own.place({ orderQty: price, price })
    for (const price of [40, 41]) await other.place({ side: 'SIDE_SELL', orderQty: price, price })
    await other.place({ side: 'SIDE_SELL', orderQty: 7, price: 33 })
  })

  test('show three levels unless asked for more, ten at most', async () => {
    const { body } = await own.get(`/v1/orderbook/${SYMBOL}`)
    expect(body).toMatchObject({
      symbol: SYMBOL,
      bids: [
        { px: '33', qty: '26' },
        { px: '32', qty: '32' },
        { px: '31', qty: '31' },
      ],
      offers: [
        { px: '40', qty: '40' },
        { px: '41', qty: '41' },
      ],
      state: 'INSTRUMENT_STATE_OPEN',
      transactTime: '2026-01-05T15:00:00.000000Z',
      stats: {
        openPx: '33',
        lastTradePx: '33',
        lastTradeQty: '7',
        sharesTraded: '7',
        notionalTraded: '231',
        openInterest: '7',
      },
    })
    expect((await own.get(`/v1/orderbook/${SYMBOL}?depth=10`)).body.bids).toHaveLength(4)
    expect((await own.get(`/v1/orderbook/${SYMBOL}?depth=1`)).body.bids).toHaveLength(1)
    for (const depth of ['0', '11', 'x'])
      expect((await own.get(`/v1/orderbook/${SYMBOL}?depth=${depth}`)).status).toBe(400)
    expect((await own.get('/v1/orderbook/nothing')).status).toBe(404)
  })

  test('the best of each side, and what lies between', async () => {
    expect((await own.get(`/v1/orderbook/${SYMBOL}/bbo`)).body).toMatchObject({
      bestBid: { px: '33', qty: '26' },
      bestOffer: { px: '40', qty: '40' },
      spread: '7',
      midPrice: '36',
      state: 'INSTRUMENT_STATE_OPEN',
    })
    await openContract(venue, 'empty')
    expect((await own.get('/v1/orderbook/empty/bbo')).body).toMatchObject({
      bestBid: null,
      bestOffer: null,
      spread: null,
      midPrice: null,
    })
    expect((await own.get('/v1/orderbook/nothing/bbo')).status).toBe(404)
  })

  test('twelve times a minute each', async () => {
    for (const path of ['', '/bbo']) {
      const once = () => own.get(`/v1/orderbook/${SYMBOL}${path}`)
      for (let count = 0; count < 12; count += 1) expect((await once()).status).toBe(200)
      expect((await once()).status).toBe(429)
    }
  })
})

test('a settlement price is there once it is set, and zero is one', async () => {
  const path = `/v1/instruments/${SYMBOL}/settlement`
  expect((await own.get(path)).body).toEqual({ symbol: SYMBOL, priceScale: '100' })
  await venue.run('instruments.set_state', { instrument, state: 'expired', version: null })
  await venue.run('instruments.settle', { instrument, price: 0n, version: null })
  expect((await own.get(path)).body.stats).toMatchObject({ settlementPx: '0', settlementPreliminary: false })
  expect((await own.get('/v1/instruments/nothing/settlement')).status).toBe(404)
  for (let count = 0; count < 7; count += 1) await own.get(path)
  expect((await own.get(path)).status).toBe(429)
})

describe('scopes', () => {
  const WRITES = ['', '/list', '/replace', '/replace/list', '/cancel', '/cancel/list', '/cross'].map(
    (path) => ['POST', `/v1/trading/orders${path}`, 'write:orders'] as const,
  )
  const READS = [
    ['POST', '/v1/trading/orders/preview', 'read:orders'],
    ['GET', '/v1/trading/orders/open', 'read:orders'],
    ['GET', '/v1/trading/orders/0000000000001', 'read:orders'],
    ['GET', '/v1/positions?name=acme-main', 'read:positions'],
    ['POST', '/v1/positions/balance', 'read:positions'],
    ['POST', '/v1/positions/balances', 'read:positions'],
    ['GET', '/v1/positions/ledger?account=acme-main', 'read:positions'],
    ['GET', '/v1/positions/ledger/download?account=acme-main', 'read:positions'],
    ['GET', '/v1/funding/balance-ledger?account=acme-main', 'read:positions'],
  ] as const
  const REPORTS = [
    ...[
      'orders/search',
      'executions/search',
      'trades/search',
      'orders/csv',
      'executions/csv',
      'trades/csv',
      'trades/stats',
    ].map((path) => ['POST', `/v1/report/${path}`, 'read:reports'] as const),
    ...['symbols', 'instruments', 'metadata'].map(
      (path) => ['POST', `/v1/refdata/${path}`, 'read:instruments'] as const,
    ),
    ['GET', `/v1/orderbook/${SYMBOL}`, 'read:l2marketdata'],
    ['GET', `/v1/orderbook/${SYMBOL}/bbo`, 'read:marketdata'],
    ['GET', `/v1/instruments/${SYMBOL}/settlement`, 'read:marketdata'],
  ] as const

  const check = async (method: string, path: string, token: string, scope: string) => {
    const { status, body } = await venue.send(method, path, {
      token,
      ...(method === 'POST' ? { json: {} } : {}),
    })
    expect([path, status, body.message]).toEqual([
      path,
      403,
      `permission denied: missing required scope ${scope}`,
    ])
  }

  test('a drop-copy token writes nothing and reads none of it', async () => {
    for (const [method, path, scope] of [...WRITES, ...READS, ...REPORTS])
      await check(method, path, dropCopy, scope)
  })

  test('a token that reads everything writes nothing', async () => {
    const { user } = await venue.run<{ user: number }>('users.create', {
      party: acme.firm,
      name: 'acme-supervisor',
      displayName: 'Supervisor',
      sealedEmail: null,
      kyc: 'approved',
      roles: ['supervisor'],
      scopes: [],
      account: null,
    })
    const { addClient } = await import('../../../testing/acme.js')
    await addClient(venue, { user }, 'acme-supervisor', KEYS)
    const token = await signIn(venue, 'acme-supervisor', KEYS)
    for (const [method, path, scope] of WRITES) await check(method, path, token, scope)
    const open = await venue.send('GET', '/v1/trading/orders/open', { token })
    expect(open.status).toBe(200)
  })

  test('a trading token reads no reports and no reference data', async () => {
    for (const [method, path, scope] of REPORTS) await check(method, path, trading, scope)
  })
})
