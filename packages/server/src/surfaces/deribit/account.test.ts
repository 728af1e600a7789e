/** Summaries, positions, subaccounts and transfers, each by raw JSON-RPC (sections 3, 4, 5 and 13.2). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CryptoDesk, type Key, openCryptoDesk } from '../../testing/crypto-desk.js'

let desk: CryptoDesk
let first: Key

beforeAll(async () => {
  desk = await openCryptoDesk()
  first = desk.subaccounts[0] as Key
})
afterAll(() => desk.close())

const result = async (method: string, params: object = {}, key: Key = desk.main) => {
  const { body } = await desk.call(method, params, key)
  if (body.error !== undefined) throw new Error(JSON.stringify(body.error))
  return body.result
}
const error = async (method: string, params: object = {}, key: Key | null = desk.main) =>
  (await desk.call(method, params, key)).body.error

/** The sums of section 13.2, to the precision of binary fractions. */
function expectSums(row: Record<string, number>): void {
  const of = (name: string): number => row[name] as number
  const session = of('futures_session_upl') + of('futures_session_rpl')
  expect(of('available_funds')).toBeCloseTo(of('margin_balance') - of('initial_margin'), 9)
  expect(of('equity')).toBeCloseTo(of('balance') + session + of('options_value'), 9)
  expect(of('session_upl')).toBeCloseTo(of('futures_session_upl') + of('options_session_upl'), 9)
  expect(of('session_rpl')).toBeCloseTo(of('futures_session_rpl') + of('options_session_rpl'), 9)
  expect(of('total_pl')).toBeCloseTo(of('futures_pl') + of('options_pl'), 9)
}

describe('summaries', () => {
  test('a segregated account: the figures add up, and each currency stands alone', async () => {
    const row = await result('private/get_account_summary', { currency: 'BTC' }, first)
    expectSums(row)
    const session = row.futures_session_upl + row.futures_session_rpl
    expect(row.margin_balance).toBeCloseTo(row.balance + session, 9)
    expect(row.available_withdrawal_funds).toBeCloseTo(row.available_funds - Math.max(0, session), 8)
    // 2.25 - 0.25, less 0.1 calls at 0.0805; the call is marked at 0.08.
    expect(row.balance).toBeCloseTo(1.99195, 9)
    expect(row.options_value).toBeCloseTo(0.008, 9)
    // Sold 5,000 dollars at 101,950, marked at 102,000: 5,000/102,000 - 5,000/101,950.
    expect(row.futures_session_upl).toBeCloseTo(5_000 / 102_000 - 5_000 / 101_950, 8)
    expect(row).toMatchObject({ margin_model: 'segregated_sm', cross_collateral_enabled: false })
    expect(row).not.toHaveProperty('total_margin_balance_usd')
    expect(row).not.toHaveProperty('username')
  })

  test('a cross account: margin is that of the pool in every row, cash that of the currency', async () => {
    const { id, type, summaries } = await result('private/get_account_summaries')
    expect({ id, type }).toEqual({ id: desk.main.accountId, type: 'main' })
    for (const row of summaries) expectSums(row)
    const [btc, eth] = ['BTC', 'ETH'].map((code) =>
      summaries.find((row: { currency: string }) => row.currency === code),
    )
    expect(eth.balance).toBe(50)
    // BTC at 100,000 and ETH at 4,000: the same pool is 25 times as many.
    expect(eth.margin_balance / btc.margin_balance).toBeCloseTo(25, 6)
    // 10 BTC (half a coin is promised), 50 ETH, 210,000 USDC; lost is 10,000/100,010 - 0.1 BTC of the session.
    const session = (10_000 / 100_010 - 0.1) * 100_000
    expect(btc.total_margin_balance_usd).toBeCloseTo(10 * 100_000 + 50 * 4_000 + 210_000 + session, 1)
  })

  test('the main account reads a subaccount by its id; a subaccount reads nobody', async () => {
    const extended = { currency: 'BTC', extended: true }
    const read = await result('private/get_account_summary', { ...extended, subaccount_id: first.accountId })
    expect(read).toMatchObject({ id: first.accountId, type: 'subaccount' })
    expect(read.balance).toBe((await result('private/get_account_summary', extended, first)).balance)
    expect(await error('private/get_positions', { subaccount_id: desk.main.accountId }, first)).toEqual({
      code: 13012,
      message: 'unavailable_in_subaccount',
      data: { reason: 'insufficient_permissions' },
    })
    expect((await error('private/get_positions', { subaccount_id: 1 })).data).toEqual({
      reason: 'subaccount_not_found',
      param: 'subaccount_id',
    })
    expect((await error('private/get_positions', { subaccount_id: 'x' })).data.reason).toBe(
      'invalid_subaccount_id',
    )
  })

  test('its orders too, one by one; they are changed by the subaccount alone', async () => {
    const asked = { instrument_name: 'BTC-PERPETUAL', amount: 10, price: 90_000, label: 'of the first' }
    const { order_id } = (await result('private/buy', asked, first)).order
    const subaccount_id = first.accountId
    const read = () => result('private/get_order_state', { order_id, subaccount_id })
    expect(await read()).toMatchObject({ order_id, label: 'of the first' })
    expect(await result('private/get_order_margin_by_ids', { ids: [order_id], subaccount_id })).toMatchObject(
      [{ order_id }],
    )
    expect((await error('private/get_order_state', { order_id })).code).toBe(10004)
    const change = { ...asked, price: 91_000, subaccount_id }
    expect((await error('private/edit_by_label', change)).code).toBe(10004)
    expect((await read()).price).toBe(90_000)
    await result('private/cancel', { order_id }, first)
  })
})

describe('positions', () => {
  test('an inverse long, signed in dollars, with its gain against entry and mark', async () => {
    const [position] = await result('private/get_positions', { currency: 'BTC', kind: 'future' })
    expect(position).toMatchObject({
      instrument_name: 'BTC-PERPETUAL',
      direction: 'buy',
      size: 10_000,
      size_currency: 0.1,
      average_price: 100_010,
      mark_price: 100_000,
      index_price: 100_000,
    })
    expect(position.total_profit_loss).toBeCloseTo(10_000 * (1 / 100_010 - 1 / 100_000), 8)
    // 0.1 coin at 2 % + 0.1 × 0.005 %, and at 1 % + 0.1 × 0.005 %.
    expect(position.initial_margin).toBeCloseTo(0.1 * 0.020005, 8)
    expect(position.maintenance_margin).toBeCloseTo(0.1 * 0.010005, 8)
    expect(position.leverage).toBe(50)
  })

  test('a flat position is there, in no direction; closing one sells what is held', async () => {
    expect(await result('private/get_position', { instrument_name: 'ETH-PERPETUAL' })).toMatchObject({
      size: 0,
      direction: 'zero',
    })
    expect(
      (await error('private/close_position', { instrument_name: 'ETH-PERPETUAL', type: 'market' })).code,
    ).toBe(11030)
    const { order, trades } = await result(
      'private/close_position',
      { instrument_name: 'BTC_USDC-PERPETUAL', type: 'market' },
      desk.subaccounts[2],
    )
    expect(order).toMatchObject({ direction: 'sell', reduce_only: true, order_state: 'filled', amount: 0.1 })
    expect(trades).toHaveLength(1)
    expect(await result('private/get_positions', {}, desk.subaccounts[2])).toEqual([])
  })
})

describe('subaccounts', () => {
  test('one is made without a word, named after the main account, and can be given another name', async () => {
    const made = await result('private/create_subaccount')
    expect(made).toMatchObject({
      type: 'subaccount',
      username: 'kestrel-main_4',
      system_name: 'kestrel-main_4',
      login_enabled: false,
      margin_model: 'segregated_sm',
    })
    expect(made.portfolio.btc).toMatchObject({ currency: 'btc', balance: 0, equity: 0 })
    expect(await result('private/change_subaccount_name', { sid: made.id, name: 'vol_desk' })).toBe('ok')
    const listed = await result('private/get_subaccounts', { with_portfolio: true })
    expect(listed.find(({ id }: { id: number }) => id === made.id)).toMatchObject({
      username: 'vol_desk',
      system_name: 'kestrel-main_4',
    })
    // Names are unique under the main account, 1 to 64 characters.
    expect(await error('private/change_subaccount_name', { sid: first.accountId, name: 'vol_desk' })).toEqual(
      {
        code: 12002,
        message: 'wrong_subaccount_name',
      },
    )
    const rename = (name: string) => desk.call('private/change_subaccount_name', { sid: made.id, name })
    expect((await rename('x'.repeat(64))).body.result).toBe('ok')
    expect((await rename('x'.repeat(65))).body.error.code).toBe(12002)
    expect((await error('private/change_subaccount_name', { sid: 1, name: 'y' })).data.reason).toBe(
      'subaccount_not_found',
    )
  })

  test('twenty are as many as there may be', async () => {
    const count = (await result('private/get_subaccounts')).length - 1
    for (let made = count; made < 20; made += 1) await result('private/create_subaccount')
    expect(await error('private/create_subaccount')).toEqual({ code: 12001, message: 'too_many_subaccounts' })
  })

  test('a subaccount sees itself and little of its main account, and makes none', async () => {
    const [main, own] = await result('private/get_subaccounts', {}, first)
    expect(main).toMatchObject({ id: desk.main.accountId, type: 'main' })
    expect(main).not.toHaveProperty('login_enabled')
    expect(own.id).toBe(first.accountId)
    expect((await error('private/get_subaccounts_details', { currency: 'BTC' }, first)).code).toBe(13012)
    // Its login has no right to write at all.
    expect((await error('private/create_subaccount', {}, first)).code).toBe(13021)
  })

  test('details of all: positions, balances, and orders where they are asked for', async () => {
    const details = await result('private/get_subaccounts_details', {
      currency: 'BTC',
      with_open_orders: true,
    })
    const own = details.find(({ uid }: { uid: number }) => uid === first.accountId)
    expect(own.positions.map((each: { instrument_name: string }) => each.instrument_name)).toEqual([
      'BTC-25JUN27',
      'BTC-25JUN27-120000-C',
    ])
    expect(own.open_orders).toEqual([])
    expect(own.balance).toBeCloseTo(1.99195, 9)
    expect(own.available_funds).toBeCloseTo(own.margin_balance - own.initial_margin, 9)
  })
})

describe('transfers', () => {
  test('between subaccounts, once for each nonce', async () => {
    const [, second, third] = desk.subaccounts as [Key, Key, Key]
    const asked = {
      currency: 'ETH',
      amount: '1.5',
      source: second.accountId,
      destination: third.accountId,
      nonce: 'a-nonce-of-mine',
    }
    const sent = await result('private/submit_transfer_between_subaccounts', asked)
    expect(sent).toMatchObject({
      state: 'confirmed',
      amount: 1.5,
      direction: 'payment',
      other_side: 'kestrel_3',
      type: 'subaccount',
    })
    expect((await result('private/submit_transfer_between_subaccounts', asked)).id).toBe(sent.id)
    const { count, data } = await result('private/get_transfers', { currency: 'ETH' }, third)
    expect(count).toBe(1)
    expect(data[0]).toMatchObject({ id: sent.id, direction: 'income', other_side: 'kestrel_2' })
    expect((await result('private/get_account_summary', { currency: 'ETH' }, third)).balance).toBe(1.5)
    const refused = await error('private/submit_transfer_between_subaccounts', { ...asked, nonce: 'short' })
    expect(refused.data.param).toBe('nonce')
  })

  test('what is refused: to oneself, too many decimals, nothing, more than may leave, from a subaccount', async () => {
    const to = (amount: unknown, destination = first.accountId) =>
      error('private/submit_transfer_to_subaccount', { currency: 'BTC', amount, destination })
    expect(await to(1, desk.main.accountId)).toEqual({ code: 12100, message: 'transfer_not_allowed' })
    expect((await to('0.000000001')).data).toEqual({
      reason: 'must have at most 8 decimals',
      param: 'amount',
    })
    expect((await to(0)).data.param).toBe('amount')
    expect(await to(10.5)).toEqual({ code: 10009, message: 'not_enough_funds' })
    const asked = { currency: 'BTC', amount: 0.1, destination: desk.main.accountId }
    expect((await error('private/submit_transfer_to_subaccount', asked, first)).code).toBe(13021)
  })
})

describe('the transaction log', () => {
  const span = { start_timestamp: 0, end_timestamp: 4_000_000_000_000 }

  test('what moved the cash of the first subaccount, newest first, and page by page', async () => {
    const { logs, continuation } = await result(
      'private/get_transaction_log',
      { currency: 'BTC', ...span },
      first,
    )
    // 0.1 calls at 0.0805; a future that was sold for nothing; 0.25 back to the main account; 2.25 from it.
    expect(logs.map(({ type, change, balance }: Record<string, unknown>) => [type, change, balance])).toEqual(
      [
        ['trade', -0.00805, 1.99195],
        ['trade', 0, 2],
        ['transfer', -0.25, 2],
        ['transfer', 2.25, 2.25],
      ],
    )
    expect(continuation).toBeNull()
    const page = await result('private/get_transaction_log', { currency: 'BTC', ...span, count: 1 }, first)
    const next = { currency: 'BTC', ...span, count: 3, continuation: page.continuation }
    expect((await result('private/get_transaction_log', next, first)).logs).toEqual(logs.slice(1))
    const transfers = await result(
      'private/get_transaction_log',
      { currency: 'BTC', ...span, query: 'transfer' },
      first,
    )
    expect(transfers.logs).toEqual(logs.slice(2))
  })

  test('its bounds', async () => {
    expect((await error('private/get_transaction_log', { currency: 'BTC' })).data.param).toBe(
      'start_timestamp',
    )
    const counted = (count: number) =>
      error('private/get_transaction_log', { currency: 'BTC', ...span, count })
    expect(await counted(250)).toBeUndefined()
    expect((await counted(251)).data.param).toBe('count')
    expect((await counted(-1)).data.param).toBe('count')
  })
})
