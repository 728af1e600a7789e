/** What orders, positions and other models would require, greeks and liquidation prices, over the wire. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ccxtOf } from '../../testing/ccxt.js'
import { basic, type CryptoDesk, type Key, openCryptoDesk } from '../../testing/crypto-desk.js'

let desk: CryptoDesk
let first: Key
let second: Key

beforeAll(async () => {
  desk = await openCryptoDesk()
  ;[first, second] = desk.subaccounts as [Key, Key]
})
afterAll(() => desk.close())

const result = async (method: string, params: object = {}, key: Key = desk.main) => {
  const { body } = await desk.call(method, params, key)
  if (body.error !== undefined) throw new Error(JSON.stringify(body.error))
  return body.result
}
const error = async (method: string, params: object = {}, key: Key = desk.main) =>
  (await desk.call(method, params, key)).body.error

describe('get_margins and get_order_margin_by_ids', () => {
  const perpetual = { instrument_name: 'BTC-PERPETUAL' }

  test('a buy and a sell of a size, of which one may reduce', async () => {
    // The main account is long a tenth of a coin. A tenth more: 0.2 × (2 % + 0.2 × 0.005 %) − 0.1 × (2 % + 0.1 × 0.005 %).
    const margins = await result('private/get_margins', { ...perpetual, amount: '10000', price: 100_000 })
    expect(margins).toEqual({ buy: 0.0020015, sell: 0, min_price: 0.5, max_price: null })
    const short = await result('private/get_margins', { ...perpetual, amount: 10_000, price: '1e5' }, second)
    expect(short.buy).toBe(short.sell)
  })

  test('of open orders, by their ids', async () => {
    const { order } = await result('private/buy', { ...perpetual, amount: 10_000, price: 90_000 })
    expect(await result('private/get_order_margin_by_ids', { ids: [order.order_id] })).toEqual([
      { order_id: order.order_id, initial_margin: 0.0020015, initial_margin_currency: 'BTC' },
    ])
    const query = new URLSearchParams({ ids: JSON.stringify([order.order_id]) })
    const over = await fetch(`${desk.url}/api/v2/private/get_order_margin_by_ids?${query}`, {
      headers: basic(desk.main),
    })
    expect(((await over.json()) as { result: unknown[] }).result).toHaveLength(1)
    // Another account's order is not there.
    expect((await error('private/get_order_margin_by_ids', { ids: [order.order_id] }, first)).code).toBe(
      10004,
    )
    await result('private/cancel', { order_id: order.order_id })
    expect((await error('private/get_order_margin_by_ids', { ids: [order.order_id] })).code).toBe(10010)
  })

  test('faults', async () => {
    const param = async (more: object) =>
      (await error('private/get_margins', { ...perpetual, amount: 10, price: 1, ...more })).data.param
    expect(await param({ amount: 15 })).toBe('amount')
    expect(await param({ amount: null })).toBe('amount')
    expect(await param({ price: 0 })).toBe('price')
    expect(await param({ price: null })).toBe('price')
    expect(await param({ instrument_name: 'none' })).toBe('instrument_name')
    expect((await error('private/get_order_margin_by_ids', {})).data.param).toBe('ids')
    expect((await error('private/get_order_margin_by_ids', { ids: ['x'] })).code).toBe(10025)
    const many = Array.from({ length: 1_001 }, () => '1')
    expect((await error('private/get_order_margin_by_ids', { ids: many })).data.param).toBe('ids')
  })
})

test('a position that was moved is a trade to the library as any other', async () => {
  const trades = [{ instrument_name: 'BTC-PERPETUAL', amount: 200 }]
  const sides = { source_uid: desk.main.accountId, target_uid: first.accountId }
  await result('private/move_positions', { ...sides, trades })
  const own = await ccxtOf(desk.url, first).fetchMyTrades('BTC/USD:BTC')
  expect(own.at(-1)).toMatchObject({ side: 'buy', amount: 200, price: 100_010, symbol: 'BTC/USD:BTC' })
  const back = { source_uid: first.accountId, target_uid: desk.main.accountId }
  await result('private/move_positions', { ...back, trades })
})

describe('simulate_portfolio', () => {
  test('beside what is held or in its place, as an object or as its text', async () => {
    const asked = { currency: 'BTC', simulated_positions: { 'BTC-PERPETUAL': 100_000 } }
    const before = await result('private/get_account_summary', { currency: 'BTC' }, first)
    const beside = await result('private/simulate_portfolio', asked, first)
    // One coin at 2.005 % more than there is.
    expect(beside.initial_margin).toBeCloseTo(before.initial_margin + 0.02005, 8)
    expect(beside).toMatchObject({
      currency: 'BTC',
      equity: before.equity,
      locked_balance: 0,
      margin_model: 'segregated_sm',
      available_subaccount_transfer_funds: beside.available_withdrawal_funds,
    })
    expect(beside.delta_total - before.delta_total).toBeCloseTo(1, 6)
    const instead = await result('private/simulate_portfolio', { ...asked, add_positions: false }, first)
    expect(instead.initial_margin).toBe(0.02005)
    const query = new URLSearchParams({
      currency: 'BTC',
      add_positions: 'false',
      simulated_positions: JSON.stringify({ 'BTC-PERPETUAL': 100_000 }),
    })
    const over = await fetch(`${desk.url}/api/v2/private/simulate_portfolio?${query}`, {
      headers: basic(first),
    })
    expect(((await over.json()) as { result: { initial_margin: number } }).result.initial_margin).toBe(
      0.02005,
    )
    const behind = await result('private/get_account_summary', { currency: 'BTC' }, first)
    for (const name of ['balance', 'equity', 'initial_margin', 'available_funds'])
      expect([name, behind[name]]).toEqual([name, before[name]])
  })

  test('faults', async () => {
    const of = (simulated_positions: unknown) =>
      error('private/simulate_portfolio', { currency: 'BTC', simulated_positions })
    expect((await of([])).data.param).toBe('simulated_positions')
    expect((await of('{')).data.param).toBe('simulated_positions')
    expect((await of({ 'BTC-PERPETUAL': 15 })).data.param).toBe('simulated_positions')
    expect((await of({ 'BTC-PERPETUAL': 'x' })).data.param).toBe('simulated_positions')
    expect((await of({ 'ETH-PERPETUAL': 1 })).data.param).toBe('simulated_positions')
    expect((await of({ none: 1 })).data.reason).toBe('instrument not found')
  })
})

describe('change_margin_model', () => {
  test('dry, then in earnest; the main account for another', async () => {
    const asked = { margin_model: 'cross_sm', user_id: second.accountId }
    const dry = await result('private/change_margin_model', { ...asked, dry_run: true })
    expect(dry.map(({ currency }: { currency: string }) => currency)).toContain('eth')
    const [eth] = dry
    expect(Object.keys(eth.old_state)).toEqual([
      'maintenance_margin_rate',
      'initial_margin_rate',
      'available_balance',
    ])
    const model = async () =>
      (await result('private/get_account_summary', { currency: 'ETH' }, second)).margin_model
    expect(await model()).toBe('segregated_sm')
    expect(await result('private/change_margin_model', asked)).toEqual(dry)
    expect(await model()).toBe('cross_sm')
    await result('private/change_margin_model', { ...asked, margin_model: 'segregated_sm' })
  })

  test('portfolio margin is not there; a subaccount changes no other', async () => {
    for (const margin_model of ['cross_pm', 'segregated_pm'])
      expect(await error('private/change_margin_model', { margin_model })).toMatchObject({
        code: -32602,
        data: { param: 'margin_model', reason: 'portfolio margin is not available' },
      })
    expect((await error('private/change_margin_model', { margin_model: 'x' })).data.param).toBe(
      'margin_model',
    )
    expect((await error('private/change_margin_model', {})).data.param).toBe('margin_model')
    expect(
      (await error('private/change_margin_model', { margin_model: 'cross_sm', user_id: 1 })).data.reason,
    ).toBe('subaccount_not_found')
    // Its login may not write.
    expect((await error('private/change_margin_model', { margin_model: 'cross_sm' }, first)).code).toBe(13021)
  })

  test('too little margin for it', async () => {
    // Of the main account's coin all but a hundredth goes; its perpetual requires 0.0020005.
    const { available_withdrawal_funds } = await result('private/get_account_summary', { currency: 'BTC' })
    await result('private/submit_transfer_to_subaccount', {
      currency: 'BTC',
      amount: available_withdrawal_funds.toFixed(8),
      destination: first.accountId,
    })
    expect(await error('private/change_margin_model', { margin_model: 'segregated_sm' })).toEqual({
      code: 10009,
      message: 'not_enough_funds',
    })
  })
})

describe('set_self_trading_config', () => {
  const sell = { instrument_name: 'ETH-PERPETUAL', amount: 1, price: 4_000 }

  test('the mode is told, and kept', async () => {
    const summary = () => result('private/get_account_summaries', {})
    expect(await summary()).toMatchObject({
      self_trading_reject_mode: 'reject_taker',
      self_trading_extended_to_subaccounts: false,
      block_rfq_self_match_prevention: true,
    })
    await result('private/sell', sell)
    expect((await error('private/buy', sell)).code).toBe(10003)
    const config = { mode: 'cancel_maker', extended_to_subaccounts: true }
    expect(await result('private/set_self_trading_config', config)).toBe('ok')
    expect(await summary()).toMatchObject({
      self_trading_reject_mode: 'cancel_maker',
      self_trading_extended_to_subaccounts: true,
    })
    await result('private/buy', sell)
    const open = await result('private/get_open_orders_by_instrument', { instrument_name: 'ETH-PERPETUAL' })
    expect(open).toMatchObject([{ direction: 'buy' }])
    await result('private/cancel_all')
  })

  test('faults', async () => {
    const param = async (more: object) =>
      (
        await error('private/set_self_trading_config', {
          mode: 'reject_taker',
          extended_to_subaccounts: false,
          ...more,
        })
      ).data.param
    expect(await param({ mode: 'x' })).toBe('mode')
    expect(await param({ mode: null })).toBe('mode')
    expect(await param({ extended_to_subaccounts: null })).toBe('extended_to_subaccounts')
    expect(await param({ block_rfq_self_match_prevention: false })).toBe('block_rfq_self_match_prevention')
  })
})

describe('greeks, deltas and liquidation', () => {
  test('of a segregated account with a future and a call', async () => {
    const row = await result('private/get_account_summary', { currency: 'BTC' }, first)
    const positions = await result('private/get_positions', { currency: 'BTC' }, first)
    const [dated, call] = positions
    // A tenth of a coin's call: its greeks are a tenth of those of one.
    expect(call.delta).toBeGreaterThan(0)
    expect(call.delta).toBeLessThan(0.1)
    expect(call.average_price_usd).toBeCloseTo(0.0805 * 100_000, 6)
    expect(call.vega).toBeGreaterThan(0)
    expect(call.theta).toBeLessThan(0)
    expect(row.options_delta).toBeCloseTo(call.delta, 9)
    expect(row.options_gamma_map).toEqual({ btc_usd: row.options_gamma })
    expect(row.options_vega_map.btc_usd).toBe(row.options_vega)
    // Short 5,000 dollars at 102,000.
    expect(dated.delta).toBeCloseTo(-5_000 / 102_000, 8)
    expect(row.delta_total_map.btc_usd).toBeCloseTo(dated.delta + call.delta, 9)
    expect(row.delta_total).toBeCloseTo(row.delta_total_map.btc_usd - row.options_value, 9)
    // All of it expires on the same day.
    expect(row).toMatchObject({
      projected_initial_margin: 0,
      projected_maintenance_margin: 0,
      projected_delta_total: 0,
    })
    // With forty times what the short can ever lose, nothing liquidates it.
    expect(dated.estimated_liquidation_price).toBeNull()
    expect(row.estimated_liquidation_ratio_map).toEqual({})
  })

  test('the price at which a long is liquidated satisfies balance = maintenance', async () => {
    const { order } = await result(
      'private/buy',
      { instrument_name: 'BTC_USDC-PERPETUAL', amount: 0.4, type: 'market' },
      desk.subaccounts[2],
    )
    expect(order.order_state).toBe('filled')
    const asked = { instrument_name: 'BTC_USDC-PERPETUAL' }
    const position = await result('private/get_position', asked, desk.subaccounts[2])
    const row = await result('private/get_account_summary', { currency: 'USDC' }, desk.subaccounts[2])
    const { estimated_liquidation_price: price, size } = position
    const ratio = price / position.mark_price
    const maintenance = size * 100_000 * ratio * (0.01 + 0.00005 * size)
    expect(row.margin_balance + size * (price - position.mark_price)).toBeCloseTo(maintenance, 2)
    expect(row.estimated_liquidation_ratio).toBeCloseTo(ratio, 8)
    expect(row.estimated_liquidation_ratio_map).toEqual({ btc_usd: row.estimated_liquidation_ratio })
  })

  test('a cross account has dollars of all, and no price of liquidation', async () => {
    const { summaries } = await result('private/get_account_summaries')
    const [position] = await result('private/get_positions', { currency: 'BTC' })
    expect(position).not.toHaveProperty('estimated_liquidation_price')
    const dollars: Record<string, number> = { BTC: 100_000, ETH: 4_000, USDC: 1 }
    const equity = summaries.reduce(
      (sum: number, row: { currency: string; equity: number }) =>
        sum + row.equity * (dollars[row.currency] ?? 0),
      0,
    )
    for (const row of summaries) {
      expect(row.total_equity_usd).toBeCloseTo(equity, 1)
      expect(row).not.toHaveProperty('estimated_liquidation_ratio')
    }
    // A tenth of a coin at 100,000.
    expect(summaries[0].total_delta_total_usd).toBeCloseTo(10_000, 1)
  })
})
