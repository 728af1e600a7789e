/**
 * One account, three languages: what is done through one surface is in the orders, balances, positions and ledger of the
 * others, with the same numbers at the same sequence.
 */
import { type CurrencyCode, currencyOf, PLAIN_LIMIT, parseAmount, parsePrice } from '@stemma/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hashSecret, mintApiKey, mintSecret } from './auth/index.js'
import { idMeant, idShown } from './surfaces/polymarket-us/trading/ids.js'
import { type Acme, addClient, buildAcme, KEYS } from './testing/acme.js'
import { basic } from './testing/crypto-desk.js'
import { openContract, SYMBOL } from './testing/market.js'
import { type Answered, signIn, startVenue, type Venue } from './testing/venue.js'

const NAME = 'firms/api-acme-participantfirm/accounts/acme-crypto'
const PERPETUAL = 'BTC_USDC-PERPETUAL'
const at = (text: string): bigint => parsePrice(text) as bigint

let venue: Venue
let acme: Acme
/** The account under test, and one of another firm that makes the market. */
let account: number
let maker: number
let instruments: Readonly<Record<string, number>>
let keys: {
  readonly native: string
  readonly deribit: { clientId: string; clientSecret: string; accountId: number }
}
let token: string

beforeAll(async () => {
  venue = await startVenue('sqlite')
  acme = await buildAcme(venue)
  account = await open(acme.firm, 'acme-crypto', 'cross_standard')
  maker = await open(acme.foreignFirm, 'other-crypto', 'segregated_standard')
  for (const [whose, currency, amount] of [
    [account, 'USDC', '100000'],
    [account, 'BTC', '2'],
    [account, 'USD', '1000'],
    [maker, 'USDC', '500000'],
    [maker, 'BTC', '10'],
    [maker, 'USD', '1000'],
  ] as const)
    await deposit(whose, currency, amount)
  instruments = {
    [SYMBOL]: await openContract(venue, SYMBOL, { feeSchedule: null }),
    BTC_USDC: await listed('BTC_USDC', { kind: 'currency_pair', baseCurrency: 'BTC' }),
    [PERPETUAL]: await listed(PERPETUAL, { kind: 'perpetual', derivative: DERIVATIVE, marginRates: RATES }),
  }
  const prices = [{ instrument: instruments[PERPETUAL], price: at('100000') }]
  const indexes = [
    { name: 'btc_usd', price: at('100000') },
    { name: 'usdc_usd', price: at('1') },
  ]
  await venue.run('prices.publish', { prices, indexes } as never)
  for (const [symbol, side, price, quantity] of [
    ['BTC_USDC', 'sell', '100010', 10_000n],
    ['BTC_USDC', 'buy', '99990', 10_000n],
    [PERPETUAL, 'sell', '100010', 10_000n],
    [SYMBOL, 'sell', '0.40', 500n],
  ] as const)
    await place(maker, instruments[symbol] as number, side, price, quantity)
  await addUser()
})
afterAll(() => venue.close())

const DERIVATIVE = {
  style: 'linear',
  base: 'BTC',
  index: 'btc_usd',
  option: null,
  funding: { damper: at('0.0005'), cap: at('0.005') },
}
const RATES = {
  initial: at('0.02'),
  maintenance: at('0.01'),
  initialPerUnit: at('0.00005'),
  maintenancePerUnit: at('0.00005'),
  optionFloor: 0n,
}

async function open(party: number, name: string, type: string): Promise<number> {
  const input = {
    party,
    main: null,
    name,
    displayName: name,
    type,
    baseCurrency: 'USDC',
    needsClearing: false,
  }
  return (await venue.run<{ account: number }>('accounts.open', { ...input, attributes: {} })).account
}

const deposit = (whose: number, currency: string, text: string): Promise<unknown> =>
  venue.run('deposits.create', {
    account: whose,
    currency,
    amount: parseAmount(text, currencyOf(currency as CurrencyCode)) as bigint,
    settle: true,
    reference: null,
    description: 'wire',
  })

const listed = (symbol: string, more: object): Promise<number> =>
  openContract(venue, symbol, {
    currency: 'USDC',
    tick: at('1'),
    quantityScale: 4,
    priceLow: null,
    priceHigh: null,
    feeSchedule: null,
    ...more,
  })

const place = (whose: number, instrument: number, side: string, price: string, quantity: bigint) =>
  venue.run('orders.place', {
    ...PLAIN_LIMIT,
    account: whose,
    instrument,
    side,
    quantity,
    price: at(price),
  })

/** One user with a client of each venue and a key of our own. */
async function addUser(): Promise<void> {
  const { user } = await venue.run<{ user: number }>('users.create', {
    party: acme.firm,
    name: 'api-acme-crypto',
    displayName: 'Crypto desk',
    sealedEmail: await venue.seal(acme.firm, 'crypto@acme.test'),
    kyc: 'approved',
    roles: ['trading_user'],
    scopes: ['accounts:read', 'balances:read', 'funding:read', 'instruments:read', 'marketdata:read'],
    account,
  })
  await addClient(venue, { user }, 'acme-crypto', KEYS)
  const shared = { user, party: null, kind: 'api_key', displayName: 'Key', publicKeys: [], scopes: null }
  const more = { ipAddresses: [], expiresAt: null }
  const native = mintApiKey('acme-crypto-native')
  await venue.run('credentials.create', {
    ...shared,
    ...more,
    surface: 'native',
    clientId: 'acme-crypto-native',
    secretHash: native.secretHash,
  })
  const clientSecret = mintSecret()
  await venue.run('credentials.create', {
    ...shared,
    ...more,
    surface: 'deribit',
    clientId: 'acme-crypto-deribit',
    secretHash: hashSecret(clientSecret),
    sealedSecret: await venue.seal(acme.firm, clientSecret),
  })
  keys = {
    native: native.value,
    deribit: { clientId: 'acme-crypto-deribit', clientSecret, accountId: account },
  }
  token = await signIn(venue, 'acme-crypto', KEYS)
}

const sequenceOf = ({ headers }: Answered): number => Number(headers.get('stemma-sequence'))

async function ok(sent: Promise<Answered>): Promise<Answered> {
  const answered = await sent
  if (answered.status !== 200) throw new Error(`${answered.status} ${answered.text}`)
  return answered
}
const native = (path: string) => ok(venue.send('GET', `/stemma/v1${path}`, { token: keys.native }))
const nativePost = (path: string, json: object) =>
  ok(venue.send('POST', `/stemma/v1${path}`, { token: keys.native, json }))
const deribit = (method: string, params: object = {}) =>
  ok(
    venue.send('POST', `/api/v2/${method}`, {
      json: { jsonrpc: '2.0', id: 1, method, params },
      headers: basic(keys.deribit),
    }),
  )
const participant = (method: 'GET' | 'POST', path: string, json?: object) =>
  ok(venue.send(method, `/v1${path}`, { token, ...(json === undefined ? {} : { json }) }))

/** The same through every surface, at one sequence: what was read is thrown away where anything was written between. */
async function atOneSequence<Shown extends Readonly<Record<string, Answered>>>(
  read: () => Promise<Shown>,
): Promise<Shown> {
  const shown = await read()
  expect(new Set(Object.values(shown).map(sequenceOf))).toEqual(new Set([venue.host.durableSequence]))
  return shown
}

const row = (list: readonly Readonly<Record<string, unknown>>[], currency: string) =>
  list.find((each) => each.currency === currency) as Readonly<Record<string, never>>

test('an order that is placed as the second venue does is there natively and at the first venue', async () => {
  const placed = await deribit('private/buy', {
    instrument_name: 'BTC_USDC',
    amount: 0.5,
    price: 90_000,
    label: 'a',
  })
  const id = Number(String(placed.body.result.order.order_id).split('-').at(-1))
  const { ours, second, first } = await atOneSequence(async () => ({
    ours: await native(`/orders/open?accounts=acc_${account}`),
    second: await deribit('private/get_open_orders', { kind: 'spot' }),
    first: await participant('GET', `/trading/orders/open?accounts=${NAME}`),
  }))
  expect(ours.body.items).toMatchObject([
    { id: `ord_${id}`, symbol: 'BTC_USDC', side: 'buy', quantity: '0.5', price: '90000', label: 'a' },
  ])
  expect(second.body.result).toMatchObject([{ order_id: `BTC_USDC-${id}`, amount: 0.5, price: 90_000 }])
  // Scaled: a tick of one dollar has no decimals, quantities have four.
  expect(first.body.orders).toMatchObject([
    { id: idShown(id), symbol: 'BTC_USDC', side: 'SIDE_BUY', orderQty: '5000', price: '90000' },
  ])
})

test('one that is placed natively, or at the first venue, is there at the others', async () => {
  const made = await nativePost('/orders', {
    account: `acc_${account}`,
    instrument: 'BTC_USDC',
    side: 'sell',
    type: 'limit',
    time_in_force: 'gtc',
    quantity: '0.25',
    price: '120000',
  })
  const ask = Number(made.body.order.slice('ord_'.length))
  const bid = await participant('POST', '/trading/orders', {
    account: NAME,
    symbol: SYMBOL,
    type: 'ORDER_TYPE_LIMIT',
    side: 'SIDE_BUY',
    timeInForce: 'TIME_IN_FORCE_GOOD_TILL_CANCEL',
    orderQty: '100',
    price: '30',
  })
  expect(sequenceOf(made)).toBe(made.body.sequence)
  const { ours, second } = await atOneSequence(async () => ({
    ours: await native(`/orders/open?accounts=acc_${account}`),
    second: await deribit('private/get_open_orders', { kind: 'spot' }),
  }))
  expect(ours.body.items.map(({ symbol, quantity }: Record<string, string>) => [symbol, quantity])).toEqual([
    ['BTC_USDC', '0.5'],
    ['BTC_USDC', '0.25'],
    [SYMBOL, '100'],
  ])
  expect(second.body.result[0]).toMatchObject({
    order_id: `BTC_USDC-${ask}`,
    direction: 'sell',
    amount: 0.25,
  })
  // What one surface placed another takes back.
  await deribit('private/cancel', { order_id: `BTC_USDC-${ask}` })
  await nativePost(`/orders/ord_${idMeant(bid.body.orderId)}/cancel`, {})
  const { first } = await atOneSequence(async () => ({
    first: await participant('GET', `/trading/orders/open?accounts=${NAME}`),
  }))
  expect(first.body.orders).toHaveLength(1)
})

test('fills: balances, what is locked and what is left are the same numbers everywhere', async () => {
  // 0.1 coin at 100,010: 10,001 USDC. 0.5 at 90,000 stays locked: 45,000.
  await deribit('private/buy', { instrument_name: 'BTC_USDC', amount: 0.1, type: 'market' })
  const { balances, margin, summaries, accounts, balance } = await atOneSequence(async () => ({
    balances: await native(`/accounts/acc_${account}/balances`),
    margin: await native(`/accounts/acc_${account}/margin/USDC`),
    summaries: await deribit('private/get_account_summaries'),
    accounts: await participant('GET', `/accounts/accounts?accountId=${NAME}`),
    balance: await participant('POST', '/positions/balance', { name: NAME, currency: 'USDC' }),
  }))
  const ours = balances.body.items
  expect([row(ours, 'BTC').posted, row(ours, 'USDC').posted]).toEqual(['2.10000000', '89999.000000'])
  const second = summaries.body.result.summaries
  expect([row(second, 'BTC').balance, row(second, 'USDC').balance]).toEqual([2.1, 89_999])
  const first = accounts.body.accounts[0].balances
  expect([row(first, 'BTC').balance, row(first, 'USDC').balance]).toEqual(['2.10000000', '89999.000000'])
  expect([margin.body.spot_reserve, row(second, 'USDC').spot_reserve]).toEqual(['45000.000000', 45_000])
  // 2.1 coins, 89,999 USDC and 1,000 USD are 300,999 in the pool, and 45,000 of them are locked.
  expect(margin.body.buying_power).toBe('255999.000000')
  expect(row(second, 'USDC').available_funds).toBe(255_999)
  expect(row(first, 'USDC').buyingPower).toBe('255999.000000')
  expect(balance.body).toMatchObject({ balance: '89999.000000', buyingPower: '255999.000000' })
})

test('a position is the same at all of them', async () => {
  await deribit('private/buy', { instrument_name: PERPETUAL, amount: 0.2, type: 'market' })
  const { ours, second, first } = await atOneSequence(async () => ({
    ours: await native(`/accounts/acc_${account}/positions`),
    second: await deribit('private/get_positions', { currency: 'any' }),
    first: await participant('GET', `/positions?name=${NAME}`),
  }))
  // 0.2 at 100,010 cost 20,002; at a mark of 100,000 they are worth 20,000.
  expect(ours.body.items).toMatchObject([
    { symbol: PERPETUAL, quantity: '0.2', cost: '20002.000000', unrealized: '-2.000000' },
  ])
  expect(second.body.result).toMatchObject([
    { instrument_name: PERPETUAL, size: 0.2, average_price: 100_010, total_profit_loss: -2 },
  ])
  // Scaled by the four decimals of the quantity.
  expect(first.body.positions).toMatchObject([{ symbol: PERPETUAL, netPosition: '2000', cost: '200020000' }])
})

test('the ledger has the same entries, and the same balances behind them', async () => {
  const { ours, second, first } = await atOneSequence(async () => ({
    ours: await native(`/accounts/acc_${account}/margin/USDC`),
    second: await deribit('private/get_transaction_log', {
      currency: 'USDC',
      start_timestamp: 0,
      end_timestamp: 4e12,
    }),
    first: await participant('GET', `/funding/balance-ledger?account=${NAME}&currency=USDC&newestFirst=true`),
  }))
  const entries = (await native(`/accounts/acc_${account}/entries?currency=USDC`)).body.items
  const of = (
    list: readonly Record<string, unknown>[],
    change: (each: Record<string, unknown>) => readonly [number, number],
  ) => list.map(change).sort(([left], [right]) => left - right)
  const natively = of(entries, ({ amount, after }) => [Number(amount), Number(after)])
  expect(natively).toEqual([
    [-10_001, 89_999],
    [100_000, 100_000],
  ])
  // A trade that is paid by session has a row there too, and moves no money.
  const moved = second.body.result.logs.filter(({ type, change }: { type: string; change: number }) => {
    if (change === 0) expect(type).toBe('trade')
    return change !== 0
  })
  expect(of(moved, ({ change, balance }) => [Number(change), Number(balance)])).toEqual(natively)
  expect(
    of(first.body.entries, ({ beforeBalance, afterBalance }) => [
      Number(afterBalance) - Number(beforeBalance),
      Number(afterBalance),
    ]),
  ).toEqual(natively)
  expect(ours.body.posted).toBe('89999.000000')
})
