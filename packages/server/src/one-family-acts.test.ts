/** What is done with the accounts of a family in one language is there in the other, with the same numbers at the same sequence. */
import { StemmaClient } from '@stemma/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ccxtOf } from './testing/ccxt.js'
import type { CryptoDesk, Key } from './testing/crypto-desk.js'
import { openRpcSocket } from './testing/json-rpc-socket.js'
import { acc, languagesOf, library, openFamily, orderNumber, type Told } from './testing/two-languages.js'

let desk: CryptoDesk
let client: StemmaClient
let party: `pty_${number}`

beforeAll(async () => {
  ;({ desk, party } = await openFamily())
  client = new StemmaClient({ baseUrl: desk.url, apiKey: desk.operatorKey })
})
afterAll(() => desk.close())

const { native, venue, done, faultOf, atOneSequence } = languagesOf(() => desk)

describe('what one language does', () => {
  test('an order that the library places is natively that account’s, and is cancelled natively', async () => {
    const [first] = desk.subaccounts as [Key, Key, Key]
    const exchange = ccxtOf(desk.url, first)
    await exchange.loadMarkets()
    const placed = await exchange.createOrder('BTC/USD:BTC', 'limit', 'sell', 200, 120_000)
    const order = `ord_${orderNumber(placed.id)}` as const
    expect(await client.orders.get({ order })).toMatchObject({
      account: acc(first),
      symbol: 'BTC-PERPETUAL',
      side: 'sell',
      price: '120000',
      quantity: '200',
      state: 'new',
    })
    await client.orders.cancel({ order })
    expect(await exchange.fetchOrder(String(placed.id))).toMatchObject({ status: 'canceled' })
  })

  test('and one that is placed natively is told on the venue’s socket; each stream tells of the other’s', async () => {
    const [first] = desk.subaccounts as [Key, Key, Key]
    const socket = await openRpcSocket(desk.url)
    const credentials = { client_id: first.clientId, client_secret: first.clientSecret }
    await socket.call('public/auth', { grant_type: 'client_credentials', ...credentials })
    const channel = 'user.orders.BTC-PERPETUAL.raw'
    expect((await socket.call('private/subscribe', { channels: [channel] })).result).toEqual([channel])
    const { order, sequence } = (await client.orders.place({
      account: acc(first),
      instrument: 'BTC-PERPETUAL',
      side: 'buy',
      type: 'limit',
      time_in_force: 'gtc',
      price: '91000',
      quantity: '10',
    })) as { readonly order: `ord_${number}`; readonly sequence: number }
    const told = await socket.told(channel, ({ order_id }) => orderNumber(order_id) === orderNumber(order))
    expect(told).toMatchObject({ direction: 'buy', price: 91_000, amount: 10, order_state: 'open' })
    const stop = new AbortController()
    const reports = client.dropCopy({ under: party, after: `${sequence}.999` }, stop.signal)
    const cancelled = await done('private/cancel', { order_id: told.order_id }, first)
    expect(cancelled.order_state).toBe('cancelled')
    expect((await reports.next()).value).toMatchObject({ order, account: acc(first), type: 'cancelled' })
    stop.abort()
    await socket.close()
  })

  test('a main account that has changed over to a subaccount acts for that, and natively it is seen who it was', async () => {
    const [first] = desk.subaccounts as [Key, Key, Key]
    const { clientId: client_id, clientSecret: client_secret } = desk.main
    const signed = (
      await desk.call('public/auth', { grant_type: 'client_credentials', client_id, client_secret }, null)
    ).body.result
    const exchange = { refresh_token: signed.refresh_token, subject_id: first.accountId }
    const { access_token } = (await desk.call('public/exchange_token', exchange, null)).body.result
    const placing = { instrument_name: 'BTC-PERPETUAL', amount: 10, price: 92_000, access_token }
    const { order } = (await desk.call('private/buy', placing, null)).body.result
    const shown = await client.orders.get({ order: `ord_${orderNumber(order.order_id)}` })
    const { items } = await client.users.list({ under: party, search: 'kestrel' })
    const owner = items.find(({ name }) => name === 'kestrel')
    expect(shown).toMatchObject({ account: acc(first), user: owner?.id })
    // The main account reads it by the id of the subaccount.
    const read = await done('private/get_open_orders', { subaccount_id: first.accountId })
    expect(read.map(({ order_id }: Told) => order_id)).toEqual([order.order_id])
    await done('private/cancel_all', {}, first)
  })

  test('money between them: one transfer, with one id, one state and the same amounts on both sides', async () => {
    const [first, second] = desk.subaccounts as [Key, Key, Key]
    const exchange = ccxtOf(desk.url, desk.main)
    const sent = await exchange.transfer('ETH', 1.5, 'main', String(second.accountId))
    const between = await done('private/submit_transfer_between_subaccounts', {
      currency: 'ETH',
      amount: 0.25,
      source: second.accountId,
      destination: first.accountId,
    })
    const transfer = `trf_${Number(sent.id)}` as const
    const shown = await atOneSequence({
      ours: native(`/transfers/${transfer}`),
      other: native(`/transfers/trf_${between.id}`),
      theirs: venue('private/get_transfers', { currency: 'ETH', count: 10 }),
      library: library(exchange, (it) => it.fetchTransfers('ETH')),
      entries: native(`/accounts/${acc(second)}/entries?currency=ETH&limit=2`),
    })
    expect(shown.ours).toMatchObject({
      id: transfer,
      from: acc(desk.main),
      to: acc(second),
      currency: 'ETH',
      amount: '1.50000000',
      state: 'completed',
    })
    expect(shown.other).toMatchObject({ from: acc(second), to: acc(first), amount: '0.25000000' })
    expect(shown.theirs.data.find(({ id }: Told) => `trf_${id}` === transfer)).toMatchObject({
      amount: 1.5,
      state: 'confirmed',
      direction: 'payment',
    })
    expect(shown.library.find(({ id }: Told) => id === sent.id)).toMatchObject({ amount: 1.5, status: 'ok' })
    expect(shown.entries.items.map(({ amount }: Told) => amount)).toEqual(['-0.25000000', '1.50000000'])
  })

  test('a transfer that waits is cancelled at the venue, and natively it is', async () => {
    const [first] = desk.subaccounts as [Key, Key, Key]
    const { transfer } = (await client.transfers.prepare({
      from: acc(desk.main),
      to: acc(first),
      currency: 'BTC',
      amount: '0.10000000',
    })) as { readonly transfer: `trf_${number}` }
    const id = Number(transfer.slice(4))
    const states = async () => {
      const { data } = await done('private/get_transfers', { currency: 'BTC', count: 100 })
      return [
        data.find((each: Told) => each.id === id)?.state,
        (await client.transfers.get({ transfer })).state,
      ]
    }
    expect(await states()).toEqual(['prepared', 'prepared'])
    await done('private/cancel_transfer_by_id', { currency: 'BTC', id })
    expect(await states()).toEqual(['cancelled', 'cancelled'])
  })

  test('positions that are moved are natively a trade of both accounts, and of no order', async () => {
    const [first] = desk.subaccounts as [Key, Key, Key]
    const trades = [{ instrument_name: 'BTC-PERPETUAL', amount: 100 }]
    const sides = { source_uid: desk.main.accountId, target_uid: first.accountId }
    const [moved] = await done('private/move_positions', { ...sides, trades })
    expect(moved).toMatchObject({ instrument_name: 'BTC-PERPETUAL', amount: 100 })
    for (const [key, side] of [
      [desk.main, 'sell'],
      [first, 'buy'],
    ] as const) {
      const { items } = await client.trades.list({ account: acc(key), types: ['moved'], limit: 1 })
      expect(items).toMatchObject([{ side, order: null, last_quantity: '100', last_price: '100010' }])
    }
    const back = { source_uid: first.accountId, target_uid: desk.main.accountId }
    await done('private/move_positions', { ...back, trades })
  })
})

test('a subaccount is not removed while it has a balance, an order or a position, in the words of each', async () => {
  const [first] = desk.subaccounts as [Key, Key, Key]
  const account = (await done('private/create_subaccount')).id as number
  const own = `acc_${account}` as const
  const refusal = () => client.subaccounts.remove({ account: own }).catch((thrown: Told) => thrown)
  const inTheWay = async (): Promise<unknown> => {
    const { code, problem } = await refusal()
    expect(code).toBe('not_empty')
    return problem.data.precondition
  }
  // A tenth of a coin's call cost 0.1 × 0.0805: so much pays for taking it over, and nothing is left.
  const paid = { currency: 'BTC', amount: 0.00805 }
  await done('private/submit_transfer_to_subaccount', { ...paid, destination: account })
  expect(await inTheWay()).toBe('zero_balance')
  const call = { instrument_name: 'BTC-25JUN27-120000-C', amount: 0.1 }
  await done('private/move_positions', {
    source_uid: first.accountId,
    target_uid: account,
    trades: [call],
  })
  expect((await client.balances.list({ account: own })).items).toMatchObject([{ posted: '0.00000000' }])
  const { order } = (await client.orders.place({
    account: own,
    instrument: call.instrument_name,
    side: 'sell',
    type: 'limit',
    time_in_force: 'gtc',
    price: '0.2',
    quantity: '0.1',
  })) as { readonly order: `ord_${number}` }
  expect(await inTheWay()).toBe('no_open_order')
  await client.orders.cancel({ order })
  expect(await inTheWay()).toBe('no_position')
  await done('private/move_positions', { source_uid: account, target_uid: first.accountId, trades: [call] })
  expect(await inTheWay()).toBe('zero_balance')
  await done('private/submit_transfer_between_subaccounts', {
    ...paid,
    source: account,
    destination: desk.main.accountId,
  })
  await client.subaccounts.remove({ account: own })
  expect(await faultOf('private/change_subaccount_name', { sid: account, name: 'gone' })).toMatchObject({
    code: -32602,
    data: { reason: 'subaccount_not_found' },
  })
})
