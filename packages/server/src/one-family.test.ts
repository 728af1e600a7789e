/**
 * A main account and its subaccounts, in two languages: what a client of the second venue does or reads, by its library
 * and by hand, is natively there with the same numbers at the same sequence, and the other way round.
 */
import { StemmaClient } from '@stemma/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { oneTimeCode } from './testing/authenticator.js'
import { ccxtOf } from './testing/ccxt.js'
import { basic, type CryptoDesk, type Key, openCryptoDesk } from './testing/crypto-desk.js'
import { openRpcSocket } from './testing/json-rpc-socket.js'

// biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came
type Told = any
interface At {
  readonly sequence: number
  readonly result: Told
}

let desk: CryptoDesk
let client: StemmaClient
let party: `pty_${number}`

beforeAll(async () => {
  desk = await openCryptoDesk()
  client = new StemmaClient({ baseUrl: desk.url, apiKey: desk.operatorKey })
  ;({ party } = await client.accounts.get({ account: `acc_${desk.main.accountId}` }))
})
afterAll(() => desk.close())

const acc = ({ accountId }: Pick<Key, 'accountId'>): `acc_${number}` => `acc_${accountId}`
const family = (): readonly Key[] => [desk.main, ...desk.subaccounts]
const sequenceOf = ({ headers }: Response): number => Number(headers.get('stemma-sequence'))

async function native(path: string): Promise<At> {
  const response = await fetch(`${desk.url}/stemma/v1${path}`, {
    headers: { authorization: `Bearer ${desk.operatorKey}` },
  })
  if (response.status !== 200) throw new Error(`${path}: ${await response.text()}`)
  return { sequence: sequenceOf(response), result: await response.json() }
}
async function venue(method: string, params: object = {}, key: Key = desk.main): Promise<At> {
  const response = await fetch(`${desk.url}/api/v2/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...basic(key) },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
  const { result, error } = (await response.json()) as Told
  if (error !== undefined) throw new Error(`${method}: ${JSON.stringify(error)}`)
  return { sequence: sequenceOf(response), result }
}
const done = async (method: string, params: object = {}, key?: Key): Promise<Told> =>
  (await venue(method, params, key)).result
const faultOf = async (method: string, params: object = {}, key: Key = desk.main): Promise<Told> =>
  (await desk.call(method, params, key)).body.error
/** What the library makes of an answer, and the sequence that the answer came with. */
async function library(
  exchange: ReturnType<typeof ccxtOf>,
  ask: (exchange: ReturnType<typeof ccxtOf>) => Promise<Told>,
): Promise<At> {
  const result = await ask(exchange)
  const headers = Object.entries(exchange.last_response_headers as Record<string, string>)
  const [, sequence] = headers.find(([name]) => name.toLowerCase() === 'stemma-sequence') ?? []
  return { sequence: Number(sequence), result }
}

/** All of it as of one and the same sequence. */
async function atOneSequence<Read extends Readonly<Record<string, Promise<At>>>>(
  reads: Read,
): Promise<{ readonly [K in keyof Read]: Told }> {
  const answers = await Promise.all(
    Object.entries(reads).map(async ([name, answer]) => [name, await answer] as const),
  )
  const sequences = answers.map(([name, { sequence }]) => [name, sequence])
  const head = desk.server.host.durableSequence
  expect(sequences).toEqual(sequences.map(([name]) => [name, head]))
  return Object.fromEntries(answers.map(([name, { result }]) => [name, result])) as never
}

const orderNumber = (id: unknown): number => Number(String(id).split(/[-_]/).at(-1))
const byNumber = (left: { readonly number: number }, right: { readonly number: number }): number =>
  left.number - right.number

/** Nobody has tired fingers: each call has a code of its own step, which none has used before. */
let steps = 0
async function proven(method: string, params: object): Promise<Told> {
  for (;;) {
    // The step before, this one and the next count, each once: beyond them a moment has to pass.
    const at = Date.now() * 1_000 + (steps - 1) * 30_000_000
    const authorization_data = oneTimeCode(desk.totpSecret, at)
    const { body } = await desk.call(method, { ...params, authorization_data })
    if (body.error?.data?.reason === 'used_tfa_code' && steps < 2) steps += 1
    else return body
  }
}

describe('what each account of the family has', () => {
  test('balances, margins, positions and open orders are the same numbers, at one sequence', async () => {
    const exchange = ccxtOf(desk.url, desk.subaccounts[0] as Key)
    await exchange.loadMarkets()
    await exchange.createOrder('BTC/USD:BTC', 'limit', 'buy', 100, 90_000)
    for (const key of family()) {
      const own = acc(key)
      const { type } = await client.accounts.get({ account: own })
      const shown = await atOneSequence({
        balances: native(`/accounts/${own}/balances`),
        positions: native(`/accounts/${own}/positions?is_open_only=true`),
        orders: native(`/orders/open?accounts=${own}`),
        models: native(`/accounts/${own}/margin-model/compared?type=${type}`),
        summaries: venue('private/get_account_summaries', {}, key),
        held: venue('private/get_positions', { currency: 'any' }, key),
        open: venue('private/get_open_orders', {}, key),
      })
      const row = (currency: string): Told =>
        shown.summaries.summaries.find((each: Told) => each.currency === currency)
      for (const { currency, posted, held } of shown.balances.items)
        expect(row(currency).balance, `${own} ${currency}`).toBeCloseTo(Number(posted) - Number(held), 9)
      for (const { currency, before } of shown.models.items)
        expect(row(currency), `${own} ${currency}`).toMatchObject({
          margin_balance: Number(before.margin_balance),
          initial_margin: Number(before.initial_margin),
          maintenance_margin: Number(before.maintenance_margin),
          available_withdrawal_funds: Number(before.withdrawable),
        })
      expect(
        shown.held
          .filter(({ size }: Told) => size !== 0)
          .map((each: Told) => [each.instrument_name, each.size, each.mark_price])
          .sort(),
      ).toEqual(
        shown.positions.items
          .map((each: Told) => [each.symbol, Number(each.quantity), Number(each.price)])
          .sort(),
      )
      expect(
        shown.open
          .map((each: Told) => ({
            number: orderNumber(each.order_id),
            price: each.price,
            amount: each.amount,
          }))
          .sort(byNumber),
      ).toEqual(
        shown.orders.items
          .map((each: Told) => ({
            number: orderNumber(each.id),
            price: Number(each.price),
            amount: Number(each.quantity),
          }))
          .sort(byNumber),
      )
    }
    await exchange.cancelAllOrders('BTC/USD:BTC')
  })

  test('the main account reads all of them at once: lists, portfolios and details', async () => {
    const subaccounts = desk.subaccounts.map(acc)
    const currency = 'BTC'
    const shown = await atOneSequence({
      list: venue('private/get_subaccounts', { with_portfolio: true }),
      details: venue('private/get_subaccounts_details', { currency, with_open_orders: true }),
      accounts: native(`/accounts?under=${party}&limit=500`),
      first: native(`/accounts/${subaccounts[0]}/margin/${currency}`),
      second: native(`/accounts/${subaccounts[1]}/margin/${currency}`),
      third: native(`/accounts/${subaccounts[2]}/margin/${currency}`),
    })
    const ours = shown.accounts.items.filter(({ status }: Told) => status === 'active')
    expect(shown.list.map(({ id, username }: Told) => [`acc_${id}`, username]).sort()).toEqual(
      ours.map(({ id, display_name }: Told) => [id, display_name]).sort(),
    )
    const margins = [shown.first, shown.second, shown.third]
    for (const [at, margin] of margins.entries()) {
      const told = shown.details.find(({ uid }: Told) => `acc_${uid}` === subaccounts[at])
      expect(told).toMatchObject({
        balance: Number(margin.posted) - Number(margin.held),
        equity: Number(margin.equity) - Number(margin.held),
        available_funds: Number(margin.buying_power),
        initial_margin: Number(margin.standard.initial_margin),
        maintenance_margin: Number(margin.standard.maintenance_margin),
      })
      const { portfolio } = shown.list.find(({ id }: Told) => `acc_${id}` === subaccounts[at])
      expect(portfolio.btc).toMatchObject({ equity: told.equity, balance: told.balance })
    }
  })

  test('the library has them too', async () => {
    for (const key of family()) {
      const exchange = ccxtOf(desk.url, key)
      await exchange.loadMarkets()
      const own = acc(key)
      const shown = await atOneSequence({
        theirs: library(exchange, (it) => it.fetchBalance({ code: 'BTC' })),
        ours: native(`/accounts/${own}/margin/BTC`),
      })
      const { equity, held, buying_power } = shown.ours
      expect(shown.theirs.total.BTC).toBeCloseTo(Number(equity) - Number(held), 8)
      // A pool's funds are those of all of its currencies.
      expect(shown.theirs.free.BTC).toBeCloseTo(Number(buying_power), 6)
      const accounts = await library(exchange, (it) => it.fetchAccounts())
      expect(accounts.result.map(({ id }: Told) => Number(id))).toContain(key.accountId)
    }
  })

  test('they trade by themselves: what one does is in no figure of another', async () => {
    const [, second] = desk.subaccounts as [Key, Key, Key]
    const others = family().filter((key) => key !== second)
    const figures = () =>
      Promise.all(
        others.map(async (key) => ({
          balances: (await client.balances.list({ account: acc(key) })).items,
          positions: (await client.positions.list({ account: acc(key) })).items,
        })),
      )
    const before = await figures()
    const exchange = ccxtOf(desk.url, second)
    await exchange.loadMarkets()
    const { id } = await exchange.createOrder('ETH/USD:ETH', 'market', 'buy', 400)
    expect(await figures()).toEqual(before)
    const trades = (
      await client.executions.list({
        account: acc(second),
        types: ['filled'],
        order: `ord_${orderNumber(id)}`,
      })
    ).items
    expect(trades).toMatchObject([
      { symbol: 'ETH-PERPETUAL', side: 'buy', last_quantity: '400', last_price: '4001' },
    ])
    expect((await exchange.fetchOrderTrades(String(id), 'ETH/USD:ETH')).at(-1)).toMatchObject({
      side: 'buy',
      amount: 400,
      price: 4_001,
    })
    // It has no bitcoin, however much its main account has.
    await expect(exchange.createOrder('BTC/USD:BTC', 'market', 'buy', 10_000)).rejects.toThrow(
      'not_enough_funds',
    )
  })
})

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

describe('keys, factors and identity', () => {
  test('a key that the venue makes is natively one of its user, and ends there when it is disabled here', async () => {
    const made = (await proven('private/create_api_key', { max_scope: 'account:read', name: 'both' })).result
    const { items: users } = await client.users.list({ under: party, search: 'kestrel' })
    const owner = users.find(({ name }) => name === 'kestrel')
    const { items } = await client.credentials.list({ user: owner?.id as `usr_${number}` })
    const own = items.find(({ client_id }) => client_id === made.client_id)
    expect(own).toMatchObject({ surface: 'deribit', status: 'active', has_secret: true })
    const key = { clientId: made.client_id, clientSecret: made.client_secret, accountId: desk.main.accountId }
    expect(await done('private/get_account_summary', { currency: 'BTC' }, key)).toHaveProperty('equity')
    // It may read and no more.
    expect(await faultOf('private/create_subaccount', {}, key)).toMatchObject({
      code: 13021,
      data: { reason: 'invalid_scope' },
    })
    await client.credentials.disable({ credential: own?.id as `key_${number}` })
    expect((await faultOf('private/get_account_summary', { currency: 'BTC' }, key)).code).toBe(13009)
    await client.credentials.enable({ credential: own?.id as `key_${number}` })
    expect(await done('private/get_account_summary', { currency: 'BTC' }, key)).toHaveProperty('equity')
  })

  test('subaccounts have their main account’s identity check', async () => {
    const states = async () => {
      const { items } = await client.users.list({ under: party, limit: 500 })
      expect(items.length).toBeGreaterThan(3)
      expect(items.every(({ is_kyc_of_party }) => is_kyc_of_party)).toBe(true)
      return [...new Set(items.map(({ kyc }) => kyc))]
    }
    for (const kyc of ['review', 'approved'] as const) {
      await client.parties.set_kyc({ party, kyc })
      expect(await states()).toEqual([kyc])
    }
  })

  test('what is protected runs with the factor, natively shown and natively reset', async () => {
    const account = (await done('private/create_subaccount')).id as number
    const params = { sid: account, state: 'enable' }
    expect(await faultOf('private/toggle_subaccount_login', params)).toMatchObject({
      code: 13668,
      data: { reason: 'tfa_code_is_required' },
    })
    const main = await client.logins.get({ account: acc(desk.main) })
    expect(main.factor_assignments).toContain('account')
    expect((await client.logins.get({ account: `acc_${account}` })).user).toBeNull()
    expect((await proven('private/toggle_subaccount_login', params)).result).toBe('ok')
    expect(await client.logins.get({ account: `acc_${account}` })).toMatchObject({ is_login_enabled: true })
    await client.factors.reset({ user: main.user as `usr_${number}` })
    expect((await client.logins.get({ account: acc(desk.main) })).factor_assignments).toEqual([])
    expect((await faultOf('private/toggle_subaccount_login', params)).code).toBe(13904)
    // Natively the key is what is asked for, and nothing else.
    await client.subaccounts.remove({ account: `acc_${account}` })
    const list = await done('private/get_subaccounts')
    expect(list.map(({ id }: Told) => id)).not.toContain(account)
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
