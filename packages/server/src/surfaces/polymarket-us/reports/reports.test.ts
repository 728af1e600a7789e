/** Reports: every filter, pages, CSV, statistics; each firm sees its own. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Acme, addClient, OTHER_KEYS } from '../../../testing/acme.js'
import { ACCOUNT, bust, type Desk, OTHER_ACCOUNT, openContract, SYMBOL } from '../../../testing/market.js'
import { openTwoFirms, type TwoFirms } from '../../../testing/two-firms.js'
import type { Venue } from '../../../testing/venue.js'

let venue: Venue
let own: Desk
let other: Desk
let signInAgain: TwoFirms['signInAgain']

beforeEach(async () => {
  ;({ venue, own, other, signInAgain } = await openTwoFirms({
    own: 'acme-admin',
    other: 'other-admin',
    before: addOther,
  }))
})
afterEach(() => venue.close())

async function addOther(venue: Venue, acme: Acme): Promise<void> {
  const { user } = await venue.run<{ user: number }>('users.create', {
    party: acme.foreignFirm,
    name: 'other-admin',
    displayName: 'Other administrator',
    sealedEmail: null,
    kyc: 'approved',
    roles: ['firm_administrator'],
    scopes: [],
    account: null,
  })
  await addClient(venue, { user }, 'other-admin', OTHER_KEYS)
  await openContract(venue, 'another')
}

const search = async (what: string, json: object = {}, desk = own) => {
  const answered = await desk.post(`/v1/report/${what}/search`, json)
  if (answered.status !== 200) throw new Error(answered.text)
  return answered.body
}

/** A filled, an open, a cancelled, a rejected and a replaced order, each a minute after the other. */
async function someOrders() {
  await other.place({ side: 'SIDE_SELL', orderQty: 10, price: 37 })
  const filled = await own.place({ orderQty: 10, price: 37, clordId: 'f', clientAccountId: 'book 7' })
  venue.move(60)
  const open = await own.place({ orderQty: 5, price: 30, clientParticipantId: 'p' })
  venue.move(60)
  await signInAgain()
  const cancelled = await own.place({ orderQty: 5, price: 30, symbol: 'another', side: 'SIDE_SELL' })
  await own.post('/v1/trading/orders/cancel', { orderId: cancelled })
  const rejected = await own.place({ orderQty: 5, price: 100 })
  const replaced = await own.place({ orderQty: 5, price: 30, type: 'ORDER_TYPE_STOP_LIMIT', stopPrice: 50 })
  venue.move(60)
  await own.post('/v1/trading/orders/replace', { orderId: replaced, orderQty: 4 })
  return { filled, open, cancelled, rejected, replaced }
}

describe('orders', () => {
  test('are found by every filter', async () => {
    const ids = await someOrders()
    const found = async (filter: object): Promise<string[]> => {
      venue.move(5)
      const { order } = await search('orders', filter)
      const names = Object.entries(ids)
      return order.map(({ id }: { id: string }) => names.find(([, each]) => each === id)?.[0])
    }
    expect(await found({})).toEqual(['filled', 'open', 'cancelled', 'rejected', 'replaced'])
    expect(await found({ orderId: ids.open })).toEqual(['open'])
    expect(await found({ orderId: 'x' })).toEqual([])
    expect(await found({ clordId: 'f' })).toEqual(['filled'])
    await signInAgain()
    expect(await found({ symbol: 'another' })).toEqual(['cancelled'])
    expect(await found({ side: 'SIDE_SELL' })).toEqual(['cancelled'])
    expect(await found({ type: 'ORDER_TYPE_STOP_LIMIT' })).toEqual(['replaced'])
    expect(await found({ clientAccountId: 'book 7' })).toEqual(['filled'])
    expect(await found({ clientParticipantId: 'p' })).toEqual(['open'])
    expect(await found({ parentOrderId: 'x' })).toEqual([])
    expect(await found({ startTime: '2026-01-05T15:01:00Z', endTime: '2026-01-05T15:01:00Z' })).toEqual([
      'open',
    ])
    const date = { year: 2026, month: 1, day: 6 }
    expect(await found({ startTransactTradeDate: date })).toEqual([])
    expect(await found({ endTransactTradeDate: date, accounts: ['acme-main'] })).toHaveLength(5)
    venue.move(60)
    await signInAgain()
    for (const [state, expected] of [
      ['OPEN', ['open', 'replaced']],
      ['CLOSED', ['filled', 'cancelled', 'rejected']],
      ['NEW', ['open']],
      ['REPLACED', ['replaced']],
      ['FILLED', ['filled']],
      ['PARTIALLY_FILLED', []],
      ['CANCELED', ['cancelled']],
      ['REJECTED', ['rejected']],
      ['EXPIRED', []],
      ['PENDING_RISK', []],
    ] as const)
      expect([state, await found({ orderStateFilter: `ORDER_STATE_FILTER_${state}` })]).toEqual([
        state,
        expected,
      ])
  })

  test('come in pages, with their last executions where asked for', async () => {
    await someOrders()
    const first = await search('orders', { pageSize: 2, withLastExecution: true })
    expect([first.order.length, first.lastExecutions.length]).toEqual([2, 2])
    expect(first.lastExecutions[0]).toMatchObject({
      type: 'EXECUTION_TYPE_FILL',
      lastShares: '10',
      lastPx: '37',
    })
    const second = await search('orders', { pageSize: 3, pageToken: first.nextPageToken })
    expect([second.order.length, second.nextPageToken, second.lastExecutions]).toEqual([3, '', []])
    const states = second.order.map(({ state }: { state: string }) => state)
    expect(states).toEqual(['ORDER_STATE_CANCELED', 'ORDER_STATE_REJECTED', 'ORDER_STATE_REPLACED'])
  })
})

describe('executions', () => {
  test('are found by every filter, either way round', async () => {
    const ids = await someOrders()
    const types = async (filter: object): Promise<string[]> => {
      venue.move(5)
      const { executions } = await search('executions', filter)
      return executions.map(({ type }: { type: string }) => type.replace('EXECUTION_TYPE_', ''))
    }
    expect(await types({})).toEqual(['NEW', 'FILL', 'NEW', 'NEW', 'CANCELED', 'REJECTED', 'NEW', 'REPLACE'])
    expect(await types({ orderId: ids.filled, newestFirst: true })).toEqual(['FILL', 'NEW'])
    expect(await types({ clordId: 'f', types: ['EXECUTION_TYPE_NEW'] })).toEqual(['NEW'])
    await signInAgain()
    expect(await types({ types: ['EXECUTION_TYPE_REJECTED', 'EXECUTION_TYPE_X'] })).toEqual(['REJECTED'])
    expect(await types({ symbol: 'another' })).toEqual(['NEW', 'CANCELED'])
    expect(await types({ clientParticipantId: 'p' })).toEqual(['NEW'])
    expect(await types({ startTime: '2026-01-05T15:03:00Z' })).toEqual(['REPLACE'])
    const [execution] = (await search('executions', { orderId: ids.rejected })).executions
    expect(await types({ execIds: [execution.id, 'x'] })).toEqual(['REJECTED'])
  })

  test('of a fill carry the order as it stood then, and its part of the fees', async () => {
    await other.place({ side: 'SIDE_SELL', orderQty: 100, price: 36 })
    const id = await own.place({ orderQty: 250, price: 37 })
    await other.place({ side: 'SIDE_SELL', orderQty: 150, price: 37 })
    const { executions, eof } = await search('executions', { orderId: id })
    expect([executions.length, eof]).toEqual([3, true])
    expect(executions[1]).toMatchObject({
      type: 'EXECUTION_TYPE_PARTIAL_FILL',
      lastShares: '100',
      lastPx: '36',
      aggressor: true,
      commissionNotionalCollected: '160',
      transactTime: '2026-01-05T15:00:00.000000Z',
      transactTradeDate: { year: 2026, month: 1, day: 5 },
      order: { state: 'ORDER_STATE_PARTIALLY_FILLED', cumQty: '100', priceToQuantityFilled: { 36: '100' } },
    })
    // 0.0125 × 150 × 0.37 × 0.63 = 0.44 comes back to who rested.
    expect(executions[2]).toMatchObject({
      aggressor: false,
      commissionNotionalCollected: '-44',
      order: { state: 'ORDER_STATE_FILLED', priceToQuantityFilled: { 36: '100', 37: '150' } },
    })
  })
})

describe('trades', () => {
  test('are seen by both firms under one id, each with its own side alone', async () => {
    await other.place({ side: 'SIDE_SELL', orderQty: 10, price: 37 })
    const id = await own.place({ orderQty: 10, price: 40 })
    const [mine] = (await search('trades', { orderId: id })).trade
    const [theirs] = (await search('trades', { tradeId: mine.id }, other)).trade
    expect(mine).toMatchObject({
      symbol: SYMBOL,
      state: 'TRADE_STATE_CLEARED',
      px: '37',
      qty: '10',
      aggressor: { order: { id, account: ACCOUNT } },
      passive: null,
      tradeDate: { year: 2026, month: 1, day: 5 },
    })
    expect(theirs).toMatchObject({
      id: mine.id,
      aggressor: null,
      passive: { order: { account: OTHER_ACCOUNT } },
    })
    expect(JSON.stringify(mine)).not.toContain('other')
    expect((await search('trades', { execId: theirs.passive.id })).trade).toEqual([])
    expect((await search('trades', { execId: mine.aggressor.id })).trade).toHaveLength(1)
    expect((await search('trades', { tradeLinkId: 'x' })).trade).toEqual([])
  })

  test('come in pages, and one order against two is two trades', async () => {
    for (const price of [36, 37]) await other.place({ side: 'SIDE_SELL', orderQty: 10, price })
    await own.place({ orderQty: 20, price: 40 })
    const first = await search('trades', { pageSize: 1 })
    const second = await search('trades', { pageSize: 1, pageToken: first.nextPageToken })
    expect([first.trade[0].px, second.trade[0].px, second.nextPageToken]).toEqual(['36', '37', ''])
  })

  test('that were busted say so', async () => {
    await other.place({ side: 'SIDE_SELL', orderQty: 10, price: 37 })
    const id = await own.place({ orderQty: 10, price: 37 })
    const [row] = await venue.host.history('executions', { oneOf: { type: ['filled'] }, limit: 1 })
    await bust(venue, row?.trade)
    const { trade } = await search('trades', { orderId: id })
    expect(trade.map(({ state }: { state: string }) => state)).toEqual(['TRADE_STATE_BUSTED'])
    expect((await search('trades', { states: ['TRADE_STATE_CLEARED'] })).trade).toEqual([])
    const { entries } = (await own.get(`/v1/funding/balance-ledger?account=${ACCOUNT}&entryTypes=CORRECTION`))
      .body
    expect(entries[0]).toMatchObject({ description: 'Trade busted: 10 @ 0.37', symbol: SYMBOL })
    const stats = (await own.post('/v1/report/trades/stats', { symbol: SYMBOL })).body.stats
    expect([stats.totalTradeCount, stats.clearedTradeCount]).toEqual(['1', '0'])
  })
})

describe('as CSV', () => {
  const lines = (text: string): string[] =>
    text
      .trim()
      .split('\n')
      .filter((line) => line !== '')
      .flatMap((line) => JSON.parse(line).result.filechunk.trim().split('\n'))

  test.each([
    ['orders', 'id,', 5],
    ['executions', 'id,type,orderId', 8],
    ['trades', 'id,symbol,state', 1],
  ])('%s are a stream of chunks', async (what, header, count) => {
    const empty = await own.post(`/v1/report/${what}/csv`, {})
    expect([empty.status, empty.text]).toEqual([200, ''])
    await someOrders()
    const { text, status } = await own.post(`/v1/report/${what}/csv`, { accounts: [ACCOUNT] })
    expect(status).toBe(200)
    const [first, ...rest] = lines(text)
    expect(first).toContain(header)
    expect(rest).toHaveLength(count)
    const late = await own.post(`/v1/report/${what}/csv`, { startTime: '2027-01-01T00:00:00Z' })
    expect(late.text).toBe('')
    expect((await own.post(`/v1/report/${what}/csv`, { accounts: [OTHER_ACCOUNT] })).status).toBe(404)
  })
})

describe('statistics', () => {
  test('of a span and in bars of it', async () => {
    const trade = async (price: number, orderQty: number) => {
      await other.place({ side: 'SIDE_SELL', orderQty, price })
      await own.place({ orderQty, price })
    }
    await trade(40, 10)
    await trade(30, 5)
    venue.move(59)
    await trade(50, 1)
    const { body } = await own.post('/v1/report/trades/stats', {
      symbol: SYMBOL,
      startTime: '2026-01-05T15:00:00Z',
      endTime: '2026-01-05T15:00:59Z',
      bars: 2,
    })
    const sums = (
      first: string,
      last: string,
      high: string,
      low: string,
      count: string,
      volume: string,
      notional: string,
    ) => ({
      first,
      last,
      high,
      low,
      totalTradeCount: count,
      clearedTradeCount: count,
      volume,
      clearedVolume: volume,
      notional,
      clearedNotional: notional,
    })
    expect(body.stats).toEqual(sums('40', '50', '50', '30', '3', '16', '600'))
    expect(body.bars).toEqual([
      sums('40', '30', '40', '30', '2', '15', '550'),
      sums('50', '50', '50', '50', '1', '1', '50'),
    ])
    expect(body.barStartTime[0]).toBe('2026-01-05T15:00:00.000000Z')
    expect(body.barStartTime[1]).toBe(body.barEndTime[0])
    const none = await own.post('/v1/report/trades/stats', { symbol: 'another' })
    expect([none.body.stats.totalTradeCount, none.body.bars]).toEqual(['0', []])
  })

  test.each([
    [{}, 400],
    [{ symbol: 'nothing' }, 404],
    [{ symbol: SYMBOL, bars: 1001 }, 400],
    [{ symbol: SYMBOL, bars: -1 }, 400],
    [{ symbol: SYMBOL, startTime: '2026-01-06T00:00:00Z', endTime: '2026-01-05T00:00:00Z' }, 400],
    [{ symbol: SYMBOL, startTradeDate: { year: 2026, month: 13, day: 1 } }, 400],
  ])('%j answers %i', async (json, status) => {
    expect((await own.post('/v1/report/trades/stats', json)).status).toBe(status)
  })
})

test.each([
  [{ pageSize: 1001 }, 400],
  [{ pageSize: -1 }, 400],
  [{ pageToken: 'x' }, 400],
  [{ startTime: 'yesterday' }, 400],
  [{ colour: 'red' }, 400],
  [{ accounts: [OTHER_ACCOUNT] }, 404],
  [{ accounts: ['nobody'] }, 404],
])('a search for %j answers %i', async (json, status) => {
  for (const what of ['orders', 'executions', 'trades'])
    expect((await own.post(`/v1/report/${what}/search`, json)).status).toBe(status)
})

test('a search is taken twelve times a minute', async () => {
  for (const what of ['orders', 'executions', 'trades']) {
    const once = () => own.post(`/v1/report/${what}/search`, { pageSize: 1001 })
    for (let count = 0; count < 12; count += 1) expect((await once()).status).toBe(400)
    const beyond = await once()
    expect([beyond.status, beyond.headers.get('retry-after')]).toEqual([429, '5'])
  }
})
