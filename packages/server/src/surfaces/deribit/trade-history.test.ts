/** Logs, trades, orders and settlements of the past (sections 5.5, 5.6 and 6.3). The clock is moved by hand. */
import { DAY, HOUR, MINUTE, toMilliseconds } from '@stemma/core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ManualClock } from '../../host/clock.js'
import { type CryptoDesk, type Key, openCryptoDesk } from '../../testing/crypto-desk.js'
import { START } from '../../testing/venue.js'

let desk: CryptoDesk
let trader: Key
const clock = new ManualClock(START)

beforeAll(async () => {
  desk = await openCryptoDesk(clock)
  trader = desk.subaccounts[2] as Key
})
afterAll(() => desk.close())
beforeEach(() => clock.advance(MINUTE))

const NAME = 'BTC_USDC-PERPETUAL'

const result = async (method: string, params: object = {}, key: Key | null = trader) => {
  clock.advance(MINUTE / 10)
  const { body } = await desk.call(method, params, key)
  if (body.error !== undefined) throw new Error(JSON.stringify(body.error))
  return body.result
}
const error = async (method: string, params: object = {}, key: Key | null = trader) =>
  (await desk.call(method, params, key)).body.error
const market = (side: 'buy' | 'sell', amount: number) =>
  result(`private/${side}`, { instrument_name: NAME, amount, type: 'market' })
const span = { start_timestamp: 0, end_timestamp: 4_000_000_000_000 }
interface Row {
  readonly id: number
  readonly type: string
  readonly side: string
  readonly change: number
  readonly balance: number
  readonly trade_id: string
  readonly position: number
  readonly amount: number
}

/** The whole log, page by page, the newest first. */
async function wholeLog(currency: string, count: number, between = async () => {}): Promise<Row[]> {
  const rows: Row[] = []
  let continuation: number | null = null
  do {
    const asked: object = { currency, ...span, count, ...(continuation === null ? {} : { continuation }) }
    const page: { logs: Row[]; continuation: number | null } = await result(
      'private/get_transaction_log',
      asked,
    )
    rows.push(...page.logs)
    continuation = page.continuation
    await between()
  } while (continuation !== null)
  return rows
}

describe('the transaction log', () => {
  test('a trade that turns the position round is two rows of one trade, the closing one first in time', async () => {
    // 0.1 long from the demo; 0.3 sold.
    await market('sell', 0.3)
    const [open, close] = (await wholeLog('USDC', 250)) as [Row, Row]
    expect([close.side, close.amount, close.position]).toEqual(['close sell', 0.1, 0])
    expect([open.side, open.amount, open.position]).toEqual(['open sell', 0.2, -0.2])
    expect(open.trade_id).toBe(close.trade_id)
    expect(open.id).toBe(close.id + 1)
  })

  test('walking it from the oldest on reproduces each balance, whatever the size of a page', async () => {
    await market('buy', 0.1)
    const rows = await wholeLog('USDC', 250)
    for (const count of [1, 2, 3]) expect(await wholeLog('USDC', count)).toEqual(rows)
    let balance = 0
    for (const row of [...rows].reverse()) {
      balance = Number((balance + row.change).toFixed(8))
      expect([row.id, row.balance]).toEqual([row.id, balance])
    }
    const { balance: now } = await result('private/get_account_summary', { currency: 'USDC' })
    expect(now).toBe(balance)
  })

  test('what comes in while it is read neither repeats a row nor leaves one out', async () => {
    const before = await wholeLog('USDC', 250)
    const walked = await wholeLog('USDC', 2, async () => void (await market('buy', 0.01)))
    expect(walked.map(({ id }) => id)).toEqual(before.map(({ id }) => id))
    const after = await wholeLog('USDC', 250)
    expect(after.length).toBeGreaterThan(before.length)
  })

  test('words find what they name, alone', async () => {
    const rows = await wholeLog('USDC', 250)
    const found = async (query: string) =>
      (await result('private/get_transaction_log', { currency: 'USDC', ...span, query })).logs
    const ids = (kept: readonly Row[]) => kept.map(({ id }) => id)
    const of = (isWanted: (row: Row) => boolean) => ids(rows.filter(isWanted))
    expect(ids(await found('trade'))).toEqual(of(({ type }) => type === 'trade'))
    expect(ids(await found('transfer'))).toEqual(of(({ type }) => type === 'transfer'))
    expect(ids(await found('close'))).toEqual(of(({ side }) => side.startsWith('close')))
    expect(ids(await found('open'))).toEqual(of(({ side }) => side.startsWith('open')))
    expect(ids(await found('buy'))).toEqual(of(({ side }) => side.endsWith('buy')))
    expect(ids(await found('taker'))).toEqual(of(({ type }) => type === 'trade'))
    for (const word of ['maker', 'option', 'block_trade', 'swap', 'liquidation', 'deposit', 'an-address'])
      expect(await found(word)).toEqual([])
  })

  test('a trade says everything of itself, a transfer who the other side is', async () => {
    const { logs } = await result('private/get_transaction_log', { currency: 'USDC', ...span })
    const bought = await market('buy', 0.05)
    const [row] = (await result('private/get_transaction_log', { currency: 'USDC', ...span, count: 1 })).logs
    expect(row).toMatchObject({
      type: 'trade',
      currency: 'USDC',
      instrument_name: NAME,
      amount: 0.05,
      price: 100_010,
      price_currency: 'USDC',
      mark_price: 100_000,
      index_price: 100_000,
      trade_id: bought.trades[0].trade_id,
      order_id: bought.order.order_id,
      user_role: 'taker',
      fee_role: 'taker',
      info: 'Source: api',
      user_id: trader.accountId,
      username: 'kestrel_3',
      profit_as_cashflow: false,
    })
    expect(logs.at(-1)).toMatchObject({
      type: 'transfer',
      change: 40_000,
      balance: 40_000,
      info: { transfer_type: 'subaccount', other_user: 'kestrel', other_user_id: desk.main.accountId },
    })
  })

  test('it is read by the main account for a subaccount, and no other way round', async () => {
    const asked = { currency: 'USDC', ...span, count: 1, subaccount_id: trader.accountId }
    expect((await result('private/get_transaction_log', asked, desk.main)).logs).toHaveLength(1)
    expect((await error('private/get_transaction_log', asked, desk.subaccounts[0])).code).toBe(13012)
    const refused = async (params: object) =>
      (await error('private/get_transaction_log', { currency: 'USDC', ...span, ...params })).data.param
    expect(await refused({ continuation: 0 })).toBe('continuation')
    clock.advance(MINUTE)
    expect(await refused({ end_timestamp: -1 })).toBe('end_timestamp')
    expect(await refused({ query: 'x'.repeat(129) })).toBe('query')
  })
})

describe('trades', () => {
  test('are numbered by instrument without a gap, and found by numbers, ids and times', async () => {
    await market('buy', 0.01)
    await market('buy', 0.02)
    const all = (
      await result('private/get_user_trades_by_instrument', { instrument_name: NAME, count: 1_000 })
    ).trades
    const numbers = all.map(({ trade_seq }: { trade_seq: number }) => trade_seq)
    expect(numbers).toEqual(numbers.map((_number: number, at: number) => numbers.length - at))
    const page = await result('private/get_user_trades_by_instrument', {
      instrument_name: NAME,
      start_seq: 2,
      end_seq: 3,
    })
    expect(page.trades.map(({ trade_seq }: { trade_seq: number }) => trade_seq)).toEqual([2, 3])
    const [newest, older] = all
    const byId = await result('private/get_user_trades_by_currency', {
      currency: 'USDC',
      start_id: older.trade_id,
      sorting: 'asc',
    })
    expect(byId).toEqual({ trades: [older, newest], has_more: false })
    const since = await result('private/get_user_trades_by_currency_and_time', {
      currency: 'USDC',
      start_timestamp: newest.timestamp,
      historical: true,
    })
    expect(since.trades).toEqual([newest])
    const first = await result('private/get_user_trades_by_instrument', { instrument_name: NAME, count: 1 })
    expect(first).toEqual({ trades: [newest], has_more: true })
  })

  test('what cannot be an id, a number or a time is an error', async () => {
    const refused = async (params: object) =>
      (await error('private/get_user_trades_by_instrument', { instrument_name: NAME, ...params })).data.param
    expect(await refused({ start_seq: 0 })).toBe('start_seq')
    expect(await refused({ end_seq: 'x' })).toBe('end_seq')
    expect(await refused({ start_timestamp: -1 })).toBe('start_timestamp')
    expect(await refused({ start_timestamp: 2, end_timestamp: 1 })).toBe('end_timestamp')
    expect(await refused({ historical: 'maybe' })).toBe('historical')
    clock.advance(MINUTE)
    const byId = { currency: 'USDC', start_id: 'USDC-' }
    expect((await error('private/get_user_trades_by_currency', byId)).data.param).toBe('start_id')
    expect((await error('private/get_user_trades_by_order', { order_id: 'USDC-1' })).code).toBe(10004)
  })
})

describe('orders of the past', () => {
  test('come page by page by a continuation, empty ones only where they are asked for', async () => {
    const { order } = await result('private/buy', { instrument_name: NAME, amount: 0.01, price: 90_000 })
    await result('private/cancel', { order_id: order.order_id })
    const asked = { currency: 'USDC', count: 2, with_continuation: true }
    const filled = await result('private/get_order_history_by_currency', asked)
    expect(filled.orders).toHaveLength(2)
    expect(filled.orders.map(({ order_id }: { order_id: string }) => order_id)).not.toContain(order.order_id)
    const empty = { ...asked, include_unfilled: true, include_old: true }
    const page = await result('private/get_order_history_by_currency', empty)
    expect(page.orders[0]).toMatchObject({ order_id: order.order_id, order_state: 'cancelled' })
    const whole = await result('private/get_order_history_by_instrument', {
      instrument_name: NAME,
      count: 1_000,
      include_unfilled: true,
    })
    const walked: unknown[] = []
    for (let next: string | null = 'none'; next !== null; ) {
      const { orders, continuation }: { orders: unknown[]; continuation: string | null } = await result(
        'private/get_order_history_by_currency',
        { ...empty, continuation: next },
      )
      walked.push(...orders)
      next = continuation
    }
    expect(walked).toEqual(whole)
    const offset = { instrument_name: NAME, count: 2, offset: 1, include_unfilled: true }
    expect(await result('private/get_order_history_by_instrument', offset)).toEqual(whole.slice(1, 3))
    const bad = { ...empty, continuation: 'x' }
    expect((await error('private/get_order_history_by_currency', bad)).data.param).toBe('continuation')
  })

  test('what became of orders that wait for a price', async () => {
    const stop = {
      instrument_name: NAME,
      amount: 0.01,
      type: 'stop_limit',
      price: 120_000,
      trigger_price: 110_000,
      trigger: 'mark_price',
    }
    const { order } = await result('private/buy', stop)
    await result('private/cancel', { order_id: order.order_id })
    const { entries, continuation } = await result('private/get_trigger_order_history', {
      currency: 'USDC',
      count: 1,
    })
    expect(entries).toMatchObject([
      {
        trigger_order_id: order.order_id,
        order_state: 'cancelled',
        request: 'trigger:cancel',
        trigger: 'mark_price',
        trigger_price: 110_000,
        price: 120_000,
        order_id: null,
      },
    ])
    const older = await result('private/get_trigger_order_history', { currency: 'USDC', continuation })
    expect(older).toMatchObject({ entries: [{ order_state: 'new', request: 'trigger:order' }] })
  })
})

describe('settlements', () => {
  test('a session that ends is in the log, among the settlements of the account and of the instrument', async () => {
    await market('buy', 0.1)
    const before = (await wholeLog('USDC', 250)).length
    const held = await result('private/get_position', { instrument_name: NAME })
    clock.advance(DAY)
    desk.server.host.tick()
    const rows = await wholeLog('USDC', 250)
    const settled = rows.slice(0, rows.length - before)
    expect(settled).toMatchObject([
      {
        type: 'settlement',
        side: held.size > 0 ? 'long' : 'short',
        instrument_name: NAME,
        amount: Math.abs(held.size),
        position: held.size,
        settlement_price: 100_000,
        index_price: 100_000,
      },
    ])
    const { settlements, continuation } = await result('private/get_settlement_history_by_instrument', {
      instrument_name: NAME,
    })
    expect(continuation).toBeNull()
    expect(settlements).toMatchObject([
      {
        type: 'settlement',
        instrument_name: NAME,
        position: held.size,
        mark_price: 100_000,
        session_profit_loss: settled[0]?.change,
      },
    ])
    const byCurrency = { currency: 'USDC', type: 'settlement' }
    expect((await result('private/get_settlement_history_by_currency', byCurrency)).settlements).toEqual(
      settlements,
    )
    const bankrupt = { currency: 'USDC', type: 'bankruptcy' }
    expect((await result('private/get_settlement_history_by_currency', bankrupt)).settlements).toEqual([])
    const last = await result('public/get_last_settlements_by_instrument', { instrument_name: NAME }, null)
    expect(last.settlements).toMatchObject([
      { type: 'settlement', instrument_name: NAME, mark_price: 100_000 },
    ])
  })

  test('pages follow one another, back from a time', async () => {
    clock.advance(DAY)
    desk.server.host.tick()
    const asked = { currency: 'BTC', count: 1 }
    const first = await result('public/get_last_settlements_by_currency', asked, null)
    const { continuation } = first
    const second = await result('public/get_last_settlements_by_currency', { ...asked, continuation }, null)
    expect(second.settlements).toHaveLength(1)
    expect(second.settlements).not.toEqual(first.settlements)
    const early = { ...asked, search_start_timestamp: toMilliseconds(START) + HOUR / 1_000 }
    expect((await result('public/get_last_settlements_by_currency', early, null)).settlements).toEqual([])
    const bad = { ...asked, type: 'x' }
    expect((await error('public/get_last_settlements_by_currency', bad, null)).data.param).toBe('type')
    const token = { ...asked, continuation: 'x' }
    expect((await error('public/get_last_settlements_by_currency', token, null)).data.param).toBe(
      'continuation',
    )
  })
})
