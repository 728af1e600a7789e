/** What orders, other positions and another margin model would require, over HTTP and beside the second venue. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CryptoDesk, type Key, openCryptoDesk } from '../../../testing/crypto-desk.js'

let desk: CryptoDesk
let main: string
let first: Key
let second: Key

beforeAll(async () => {
  desk = await openCryptoDesk()
  main = `acc_${desk.main.accountId}`
  ;[first, second] = desk.subaccounts as [Key, Key]
})
afterAll(() => desk.close())

// biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came
type Told = any
const read = async (path: string): Promise<Told> => {
  const headers = { authorization: `Bearer ${desk.operatorKey}` }
  return (await fetch(`${desk.url}/stemma/v1${path}`, { headers })).json()
}
const venue = async (method: string, params: object, key: Key = desk.main) => {
  const { body } = await desk.call(method, params, key)
  if (body.error !== undefined) throw new Error(JSON.stringify(body.error))
  return body.result
}
const head = (): number => desk.server.engine.image.head.sequence
const query = (fields: Readonly<Record<string, string>>) => new URLSearchParams(fields).toString()

describe('of an order', () => {
  const asked = { instrument: 'BTC-PERPETUAL', quantity: '10000', price: '100000' }
  const of = (more: Readonly<Record<string, string>> = {}) =>
    read(`/accounts/${main}/order-margin?${query({ ...asked, ...more })}`)

  test('the side that reduces adds nothing, and nothing is changed', async () => {
    const before = head()
    // Long a tenth of a coin, a tenth more: 0.2 × (2 % + 0.2 × 0.005 %) − 0.1 × (2 % + 0.1 × 0.005 %).
    expect(await of()).toEqual({ currency: 'BTC', buy: '0.00200150', sell: '0.00000000' })
    expect(head()).toBe(before)
    const theirs = await venue('private/get_margins', {
      instrument_name: 'BTC-PERPETUAL',
      amount: 10_000,
      price: 100_000,
    })
    expect(theirs).toMatchObject({ buy: 0.0020015, sell: 0 })
  })

  test('that is open, by its id, until it has ended', async () => {
    const { order } = await desk.operate('POST', '/orders', {
      account: main,
      instrument: 'BTC-PERPETUAL',
      side: 'buy',
      type: 'limit',
      time_in_force: 'gtc',
      quantity: '10000',
      price: '90000',
    })
    const path = `/orders/${order}/margin`
    expect(await read(path)).toEqual({ currency: 'BTC', initial_margin: '0.00200150' })
    await desk.operate('POST', `/orders/${order}/cancel`, {})
    expect(await read(path)).toMatchObject({ status: 404, code: 'not_visible' })
  })

  test('faults', async () => {
    expect(await of({ quantity: '15' })).toMatchObject({ status: 400, field: '/quantity' })
    expect(await of({ quantity: '0' })).toMatchObject({ status: 400, field: '/quantity' })
    expect(await of({ quantity: '0.5' })).toMatchObject({ status: 400, field: '/quantity' })
    expect(await of({ price: '0' })).toMatchObject({ status: 400, field: '/price' })
    expect(await of({ instrument: 'none' })).toMatchObject({ code: 'instrument_unknown' })
    expect(await read(`/accounts/acc_999999/order-margin?${query(asked)}`)).toMatchObject({
      code: 'not_visible',
    })
  })
})

describe('of other positions', () => {
  const path = () => `/accounts/acc_${first.accountId}/margin/BTC/simulated`
  const simulate = (positions: unknown, more: Readonly<Record<string, string>> = {}) =>
    read(`${path()}?${query({ positions: JSON.stringify(positions), ...more })}`)
  const coin = [{ instrument: 'BTC-PERPETUAL', quantity: '100000' }]

  test('beside what is held, or in its place', async () => {
    const before = await read(`/accounts/acc_${first.accountId}/margin/BTC`)
    const at = head()
    const beside = await simulate(coin)
    // One coin at 2.005 % more than there is.
    expect(Number(beside.initial_margin) - Number(before.standard.initial_margin)).toBeCloseTo(0.02005, 8)
    expect(beside).toMatchObject({
      account: `acc_${first.accountId}`,
      currency: 'BTC',
      equity: before.equity,
      held: '0.00000000',
      unpriced: 0,
    })
    expect(beside.holdings).toContainEqual(
      expect.objectContaining({ symbol: 'BTC-PERPETUAL', quantity: '100000' }),
    )
    const instead = await simulate(coin, { is_added: 'false' })
    expect(instead.initial_margin).toBe('0.02005000')
    expect(instead.holdings).toHaveLength(1)
    const nothing = await simulate([])
    expect(nothing.initial_margin).toBe(before.standard.initial_margin)
    expect(nothing.buying_power).toBe(before.buying_power)
    expect(head()).toBe(at)
    const theirs = await venue(
      'private/simulate_portfolio',
      { currency: 'BTC', simulated_positions: { 'BTC-PERPETUAL': 100_000 } },
      first,
    )
    expect(theirs).toMatchObject({
      initial_margin: Number(beside.initial_margin),
      maintenance_margin: Number(beside.maintenance_margin),
      available_funds: Number(beside.buying_power),
      available_withdrawal_funds: Number(beside.withdrawable),
      equity: Number(beside.own_equity),
      balance: Number(beside.balance),
      options_value: Number(beside.options_value),
    })
  })

  test('a hundred of them, and not one more', async () => {
    const many = (count: number) =>
      Array.from({ length: count }, () => ({ instrument: 'BTC-PERPETUAL', quantity: '10' }))
    // A hundred times ten dollars are 0.01 coin: 0.01 × (2 % + 0.01 × 0.005 %), up to the eighth digit.
    const instead = await simulate(many(100), { is_added: 'false' })
    expect(instead.initial_margin).toBe('0.00020001')
    expect(await simulate(many(101))).toMatchObject({ status: 400, field: '/positions' })
  })

  test('faults', async () => {
    const one = (quantity: string, instrument = 'BTC-PERPETUAL') => simulate([{ instrument, quantity }])
    expect(await one('15')).toMatchObject({ status: 400, field: '/positions/0/quantity' })
    expect(await one('x')).toMatchObject({ status: 400, field: '/positions/0/quantity' })
    expect(await one('1', 'ETH-PERPETUAL')).toMatchObject({ code: 'currencies_differ' })
    expect(await one('1', 'none')).toMatchObject({ code: 'instrument_unknown' })
    for (const positions of ['{', 'x', '{}'])
      expect(await read(`${path()}?${query({ positions })}`)).toMatchObject({
        status: 400,
        field: '/positions',
      })
    expect(await read(path())).toMatchObject({ status: 400, field: '/positions' })
    const { items } = await desk.operate('GET', '/accounts?search=api-acme-account-1')
    const cash = `/accounts/${items[0].id}/margin/BTC`
    for (const [asked, fields] of [
      ['simulated', { positions: '[]' }],
      ['projected', { expiring_by: '2027-06-25T08:00:00Z' }],
    ] as const)
      expect(await read(`${cash}/${asked}?${query(fields)}`)).toMatchObject({
        code: 'order_rejected',
        data: { reason: 'account_type' },
      })
  })
})

test('behind an expiry what expires by then is gone', async () => {
  const project = (expiringBy: string) =>
    read(`/accounts/acc_${first.accountId}/margin/BTC/projected?${query({ expiring_by: expiringBy })}`)
  const { standard } = await read(`/accounts/acc_${first.accountId}/margin/BTC`)
  // Its future and its call expire at the same time, and nothing before.
  expect(await project('2027-06-25T07:59:59Z')).toEqual({
    account: `acc_${first.accountId}`,
    currency: 'BTC',
    initial_margin: standard.initial_margin,
    maintenance_margin: standard.maintenance_margin,
  })
  expect(Number(standard.initial_margin)).toBeGreaterThan(0)
  expect(await project('2027-06-25T08:00:00Z')).toMatchObject({
    initial_margin: '0.00000000',
    maintenance_margin: '0.00000000',
  })
})

test('another margin model, before it is changed: as the dry run of the second venue', async () => {
  const at = head()
  const { items } = await read(`/accounts/acc_${second.accountId}/margin-model/compared?type=cross_standard`)
  expect(head()).toBe(at)
  const dry = await venue('private/change_margin_model', {
    margin_model: 'cross_sm',
    user_id: second.accountId,
    dry_run: true,
  })
  const rate = (required: string, balance: string) => Number((Number(required) / Number(balance)).toFixed(6))
  expect(
    items.map(({ currency, before, after }: Told) => ({
      currency: currency.toLowerCase(),
      ...Object.fromEntries(
        [
          ['old_state', before],
          ['new_state', after],
        ].map(([name, state]) => [
          name,
          {
            maintenance_margin_rate: rate(state.maintenance_margin, state.margin_balance),
            initial_margin_rate: rate(state.initial_margin, state.margin_balance),
            available_balance: Number(state.buying_power),
          },
        ]),
      ),
    })),
  ).toEqual(dry)
  expect(items.map(({ currency }: Told) => currency)).toContain('ETH')
  const refused = await read(`/accounts/acc_${second.accountId}/margin-model/compared?type=cash`)
  expect(refused).toMatchObject({ status: 400, field: '/type' })
})
