/** Orders over HTTP: both forms, what they become, and what refuses or rejects them. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Acme, addClient, KEYS } from '../../../testing/acme.js'
import { ACCOUNT, type Desk, OTHER_ACCOUNT, openContract, orderOf, SYMBOL } from '../../../testing/market.js'
import { openTwoFirms, type TwoFirms } from '../../../testing/two-firms.js'
import { signIn, type Venue } from '../../../testing/venue.js'

let venue: Venue
let acme: Acme
let instrument: number
let tokens: TwoFirms['tokens']
let own: Desk
let other: Desk

beforeEach(async () => {
  ;({ venue, acme, instrument, tokens, own, other } = await openTwoFirms())
})
afterEach(() => venue.close())

const setState = (state: string) => venue.run('instruments.set_state', { instrument, state, version: null })
const refusal = (message: unknown, code: unknown = 3) => ({ code, message, details: [] })

describe('an order that is received', () => {
  test('has an id of 13 characters, rests, and is shown as the venue shows it', async () => {
    const { status, body } = await own.order({
      orderQty: '250',
      price: '37',
      clordId: 'c-1',
      clientAccountId: 'book 7',
      orderCapacity: 'ORDER_CAPACITY_AGENCY',
      manualOrderIndicator: 'MANUAL_ORDER_INDICATOR_AUTOMATED',
    })
    expect([status, body]).toEqual([200, { orderId: expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{13}$/) }])
    const at = '2026-01-05T15:00:00.000000Z'
    expect(await own.read(body.orderId)).toEqual({
      id: body.orderId,
      clordId: 'c-1',
      type: 'ORDER_TYPE_LIMIT',
      side: 'SIDE_BUY',
      state: 'ORDER_STATE_NEW',
      timeInForce: 'TIME_IN_FORCE_GOOD_TILL_CANCEL',
      symbol: SYMBOL,
      account: ACCOUNT,
      participant: 'firms/api-acme-participantfirm/users/api-acme-trading',
      submittingParticipant: '',
      orderQty: '250',
      cumQty: '0',
      leavesQty: '250',
      price: '37',
      stopPrice: '0',
      avgPx: '0',
      cashOrderQty: '0',
      minQty: '0',
      commissionNotionalTotalCollected: '0',
      createTime: at,
      insertTime: at,
      lastTransactTime: at,
      clientAccountId: 'book 7',
      clientParticipantId: '',
      parentOrderId: '',
      crossId: '',
      hostCrossId: '',
      orderCapacity: 'ORDER_CAPACITY_AGENCY',
      manualOrderIndicator: 'MANUAL_ORDER_INDICATOR_AUTOMATED',
      selfMatchPreventionId: '',
      allOrNone: false,
      participateDontInitiate: false,
      strictLimit: false,
      bestLimit: false,
      immediatelyExecutableLimit: false,
      ignorePriceValidityChecks: false,
      commissionsBasisPoints: '695',
      makerCommissionsBasisPoints: '-125',
      priceScale: '100',
      fractionalQuantityScale: '1',
      priceToQuantityFilled: {},
      lastTradeId: '',
    })
  })

  test('trades with another firm’s resting order at its price, with the fees of the venue', async () => {
    const resting = await other.place({ side: 'SIDE_SELL', orderQty: 250, price: 37 })
    const taking = await own.place({ orderQty: '250', price: '40' })
    // 250 @ 0.37: taker 0.0695 × 250 × 0.37 × 0.63 = 4.05, maker 0.0125 × 58.275 = 0.73; a cent is 100 / 100 = 1.
    expect(await own.read(taking)).toMatchObject({
      state: 'ORDER_STATE_FILLED',
      cumQty: '250',
      leavesQty: '0',
      avgPx: '37',
      priceToQuantityFilled: { 37: '250' },
      commissionNotionalTotalCollected: '405',
      lastTradeId: expect.stringMatching(/^.{13}$/),
    })
    expect(await other.read(resting)).toMatchObject({
      state: 'ORDER_STATE_FILLED',
      commissionNotionalTotalCollected: '-73',
    })
  })

  test('by two prices has an average and what was filled at each', async () => {
    await other.place({ side: 'SIDE_SELL', orderQty: 100, price: 36 })
    await other.place({ side: 'SIDE_SELL', orderQty: 50, price: 39 })
    // (100 × 0.36 + 50 × 0.39) / 150 = 0.37
    expect(await own.read(await own.place({ orderQty: 200, price: 40 }))).toMatchObject({
      state: 'ORDER_STATE_PARTIALLY_FILLED',
      cumQty: '150',
      leavesQty: '50',
      avgPx: '37',
      priceToQuantityFilled: { 36: '100', 39: '50' },
    })
  })

  test('that a firm sends for its user says both', async () => {
    const scopes = ['orders:read', 'orders:write']
    await addClient(venue, { party: acme.firm }, 'acme-firm', KEYS, { scopes })
    const token = await signIn(venue, 'acme-firm', KEYS)
    const participant = 'firms/api-acme-participantfirm/users/api-acme-trading'
    const { status, body } = await venue.send('POST', '/v1/trading/orders', {
      token,
      headers: { 'x-participant-id': participant },
      json: orderOf(ACCOUNT, { orderQty: 1, price: 20 }),
    })
    expect(status).toBe(200)
    expect(await own.read(body.orderId)).toMatchObject({
      participant,
      submittingParticipant: 'firms/api-acme-participantfirm',
    })
  })

  test('may be written in snake_case, with numbers for words and for int64', async () => {
    const { body } = await own.post('/v1/trading/orders', {
      account: 'acme-main',
      symbol: SYMBOL,
      type: 2,
      side: 1,
      order_qty: 10,
      price: 36,
      time_in_force: 4,
      good_till_time: '2026-01-05T16:00:00Z',
      clord_id: 'snake',
      participate_dont_initiate: true,
    })
    expect(await own.read(body.orderId)).toMatchObject({
      clordId: 'snake',
      timeInForce: 'TIME_IN_FORCE_GOOD_TILL_TIME',
      goodTillTime: '2026-01-05T16:00:00.000000Z',
      participateDontInitiate: true,
    })
  })

  test('with defaults of proto3 for what was not set is the same order', async () => {
    const id = await own.place({ orderQty: '5', price: '36', stopPrice: '0', cashOrderQty: '0', minQty: '0' })
    expect(await own.read(id)).toMatchObject({ state: 'ORDER_STATE_NEW', orderQty: '5' })
  })

  test('keeps to the scales of its instrument', async () => {
    await openContract(venue, 'fine', {
      tick: 5n * 10n ** 15n,
      priceLow: 5n * 10n ** 15n,
      quantityScale: 2,
      lot: 20n,
    })
    await other.place({ symbol: 'fine', side: 'SIDE_SELL', orderQty: 1000, price: 525 })
    // 10.00 contracts at 0.525 are 5.25 dollars; the fee of 0.0695 × 10 × 0.525 × 0.475 = 0.17 counts 1000 × 100.
    const id = await own.place({ symbol: 'fine', orderQty: 1000, price: 530 })
    expect(await own.read(id)).toMatchObject({
      priceScale: '1000',
      fractionalQuantityScale: '100',
      avgPx: '525',
      cumQty: '1000',
      commissionNotionalTotalCollected: '17000',
    })
  })

  test('for cash buys what the cash pays for', async () => {
    await other.place({ side: 'SIDE_SELL', orderQty: 100, price: 40 })
    // 20.00 at 0.40
    const id = await own.place({
      type: 'ORDER_TYPE_MARKET_TO_LIMIT',
      cashOrderQty: '2000',
      timeInForce: 'TIME_IN_FORCE_IMMEDIATE_OR_CANCEL',
    })
    expect(await own.read(id)).toMatchObject({ orderQty: '50', cumQty: '50', cashOrderQty: '2000' })
  })

  test('a stop waits for its trigger; an order at the top of either side takes its price from there', async () => {
    await other.place({ orderQty: 10, price: 30 })
    await other.place({ side: 'SIDE_SELL', orderQty: 10, price: 40 })
    const stop = await own.place({ type: 'ORDER_TYPE_STOP_LIMIT', orderQty: 5, price: 60, stopPrice: 60 })
    expect(await own.read(stop)).toMatchObject({ state: 'ORDER_STATE_NEW', price: '60', stopPrice: '60' })
    const best = await own.place({ orderQty: 5, bestLimit: true })
    expect(await own.read(best)).toMatchObject({ price: '30', bestLimit: true, state: 'ORDER_STATE_NEW' })
    const crossing = await own.place({ orderQty: 5, immediatelyExecutableLimit: true })
    expect(await own.read(crossing)).toMatchObject({ price: '40', state: 'ORDER_STATE_FILLED' })
  })

  test('a day order is one without a word on its time', async () => {
    const { body } = await own.post('/v1/trading/orders', {
      ...orderOf(ACCOUNT, { orderQty: 1, price: 36 }),
      timeInForce: undefined,
    })
    expect(await own.read(body.orderId)).toMatchObject({ timeInForce: 'TIME_IN_FORCE_DAY' })
  })
})

describe('the short form', () => {
  const short = (change: object) =>
    own.post('/v1/trading/orders', { accountId: ACCOUNT, instrument: SYMBOL, side: 'buy', ...change })

  test('with a price is a limit, without one market-to-limit; its quantity counts contracts', async () => {
    const limit = await short({ quantity: 100, price: '36' })
    expect(await own.read(limit.body.orderId)).toMatchObject({
      type: 'ORDER_TYPE_LIMIT',
      orderQty: '100',
      price: '36',
      state: 'ORDER_STATE_NEW',
    })
    await other.place({ side: 'SIDE_SELL', orderQty: 30, price: 40 })
    const market = await short({ quantity: '50' })
    expect(await own.read(market.body.orderId)).toMatchObject({
      type: 'ORDER_TYPE_MARKET_TO_LIMIT',
      cumQty: '30',
      leavesQty: '20',
      price: '40',
    })
  })

  test('counts contracts whatever the scale of the instrument', async () => {
    await openContract(venue, 'parts', { quantityScale: 2, lot: 100n })
    const { body } = await short({ instrument: 'parts', quantity: '2.00', price: '36' })
    expect(await own.read(body.orderId)).toMatchObject({ orderQty: '200', fractionalQuantityScale: '100' })
    const finer = await short({ instrument: 'parts', quantity: 0.005, price: '36' })
    expect([finer.status, finer.body.code]).toEqual([400, 3])
  })

  test('without an account means the only one; with more than one to choose from it is refused', async () => {
    const only = await own.post('/v1/trading/orders', {
      instrument: SYMBOL,
      side: 'sell',
      quantity: 1,
      price: '40',
    })
    expect(await own.read(only.body.orderId)).toMatchObject({ account: ACCOUNT, side: 'SIDE_SELL' })
    tokens.own = await signIn(venue, 'acme-admin', KEYS)
    await own.post('/v1/accounts', { name: 'acme-second' })
    const { status, body } = await short({ accountId: undefined, quantity: 1, price: '40' })
    expect([status, body]).toEqual([400, refusal('missing required field account')])
  })
})

describe('an order that is not well formed is refused, and nothing is recorded', () => {
  const good = { orderQty: '10', price: '36' }
  test.each<[string, object, string]>([
    ['no symbol', { ...good, symbol: undefined }, 'missing required field symbol'],
    ['no side', { ...good, side: undefined }, 'missing required field side'],
    ['no type', { ...good, type: undefined }, 'missing required field type'],
    ['no quantity', { price: '36' }, 'missing required field orderQty'],
    ['no price', { orderQty: '10' }, 'missing required field price'],
    ['no time to a good-till-time order', { ...good, timeInForce: 4 }, 'missing required field goodTillTime'],
    ['an unknown side', { ...good, side: 'SIDE_LONG' }, 'invalid side: expected SIDE_BUY or SIDE_SELL'],
    [
      'an unknown type',
      { ...good, type: 'ORDER_TYPE_X' },
      'invalid type: expected an order type of the venue',
    ],
    ['no contracts', { ...good, orderQty: '0' }, 'invalid order quantity'],
    ['fewer than none', { ...good, orderQty: '-1' }, 'invalid order quantity'],
    [
      'more than 64 bits',
      { ...good, orderQty: '9223372036854775808' },
      expect.stringContaining('64 bits') as never,
    ],
    ['a fraction', { ...good, orderQty: 1.5 }, expect.stringContaining('64 bits') as never],
    ['a negative price', { ...good, price: '-1' }, 'invalid price: expected a price of at least zero'],
    ['two sizes', { ...good, cashOrderQty: '5' }, expect.stringContaining('orderQty') as never],
    ['two tops', { ...good, bestLimit: true, immediatelyExecutableLimit: true }, expect.anything() as never],
    ['an unknown field', { ...good, colour: 'red' }, 'unknown field "colour"'],
    ['a field in both spellings', { ...good, order_qty: '10' }, expect.stringContaining('given as') as never],
    [
      'an account under two names',
      { ...good, accountId: ACCOUNT },
      'invalid account: given as accountId too',
    ],
    ['a client id of 65', { ...good, clordId: 'x'.repeat(65) }, expect.stringContaining('1 to 64') as never],
    ['a client id with a space', { ...good, clordId: 'a b' }, expect.stringContaining('visible') as never],
    [
      'an instruction without an id',
      { ...good, selfMatchPreventionInstruction: 1 },
      expect.anything() as never,
    ],
    [
      'a time that is over',
      { ...good, timeInForce: 4, goodTillTime: '2026-01-05T15:00:00Z' },
      expect.anything() as never,
    ],
  ])('%s', async (_what, change, message) => {
    const { status, body } = await own.order(change as never)
    expect([status, body]).toEqual([400, refusal(message)])
    expect((await own.get('/v1/trading/orders/open')).body).toEqual({ orders: [] })
  })

  test('a client id of 64 and a quantity of 2^63 - 1 are read', async () => {
    const id = await own.place({ ...good, clordId: 'x'.repeat(64) })
    expect((await own.read(id)).clordId).toHaveLength(64)
    const most = await own.place({ ...good, orderQty: '9223372036854775807' })
    expect(await own.read(most)).toMatchObject({ state: 'ORDER_STATE_REJECTED' })
  })

  test('an unknown symbol, account or user is not there; another firm’s is the same', async () => {
    const symbol = await own.order({ ...good, symbol: 'nothing' })
    expect([symbol.status, symbol.body]).toEqual([404, refusal('symbol not found', 5)])
    for (const account of ['nobody', OTHER_ACCOUNT, 'firms/x/accounts/acme-main', '%'] as const) {
      const { status, body } = await own.order({ ...good, account })
      expect([status, body]).toEqual([404, refusal('account not found', 5)])
    }
    const user = await own.order({ ...good, user: 'firms/other-firm/users/other-trading' })
    expect([user.status, user.body.code]).toEqual([403, 7])
  })
})

describe('an order that is rejected is received, recorded and shown', () => {
  async function rejected(change: Readonly<Record<string, unknown>>): Promise<readonly string[]> {
    const id = await own.place(change)
    expect(await own.read(id)).toMatchObject({ id, state: 'ORDER_STATE_REJECTED', leavesQty: '0' })
    tokens.own = await signIn(venue, 'acme-admin', KEYS)
    const { body } = await own.post('/v1/report/executions/search', { orderId: id })
    const [execution] = body.executions
    expect([body.executions.length, execution.type]).toEqual([1, 'EXECUTION_TYPE_REJECTED'])
    return [execution.orderRejectReason.replace('ORD_REJECT_REASON_', ''), execution.text]
  }
  const buy = { orderQty: '10', price: '36' }

  test.each<[string, object, string, string]>([
    [
      'a price between ticks',
      { orderQty: 10, price: 525, symbol: 'half' },
      'INVALID_PRICE_INCREMENT',
      'Tick size is 0.01, given 0.525',
    ],
  ])('%s', async () => {
    await openContract(venue, 'half', {
      tick: 5n * 10n ** 15n,
      priceLow: 5n * 10n ** 15n,
      quantityScale: 2,
      lot: 20n,
    })
    expect(await rejected({ symbol: 'half', orderQty: 20, price: 527 })).toEqual([
      'INVALID_PRICE_INCREMENT',
      'Tick size is 0.005, given 0.527',
    ])
  })

  test('below and above the limits of price', async () => {
    expect(await rejected({ ...buy, price: '0' })).toEqual([
      'PRICE_OUT_OF_BOUNDS',
      'Low price limit is 0.01, given 0',
    ])
    expect(await rejected({ ...buy, price: '100' })).toEqual([
      'PRICE_OUT_OF_BOUNDS',
      'High price limit is 0.99, given 1',
    ])
  })

  test('beyond the limits of quantity and notional, below the lot', async () => {
    await openContract(venue, 'small', { quantityMax: 100n, notionalMax: 20_000_000n, lot: 5n })
    const small = { ...buy, symbol: 'small' }
    expect(await rejected({ ...small, orderQty: '105' })).toEqual([
      'EXCHANGE_OPTION',
      'High order size limit is 100, given 105',
    ])
    expect(await rejected({ ...small, orderQty: '60' })).toEqual([
      'EXCHANGE_OPTION',
      'High total notional size limit is 20.00, given 21.60',
    ])
    expect(await rejected({ ...small, orderQty: '4' })).toEqual([
      'INCORRECT_QUANTITY',
      'Minimum trade quantity is 5, given 4',
    ])
  })

  test('more than buying power', async () => {
    // 3,000 at 0.36 are 1,080.00, and the fee of 0.0695 × 3000 × 0.36 × 0.64 is 48.04.
    expect(await rejected({ ...buy, orderQty: '3000' })).toEqual([
      'EXCHANGE_OPTION',
      '1000.00 USD available, requested 1128.04',
    ])
  })

  test('post-only that would take, market-to-limit without a reference, no top to take a price from', async () => {
    expect(await rejected({ ...buy, price: undefined, bestLimit: true })).toEqual([
      'NO_LIQUIDITY',
      'No liquidity to derive limit price',
    ])
    tokens.own = await signIn(venue, 'acme-trading', KEYS)
    expect(await rejected({ ...buy, price: undefined, type: 1 })).toEqual([
      'EXCHANGE_OPTION',
      'failed risk check: No last trade when open, no settlement price and no previous close',
    ])
    expect(await rejected({ type: 1, cashOrderQty: 100, price: undefined })).toEqual([
      'NO_LIQUIDITY',
      'There is no liquidity to immediately fill any portion of this CashOrderQty order',
    ])
    await other.place({ side: 'SIDE_SELL', orderQty: 10, price: 36 })
    expect(await rejected({ ...buy, participateDontInitiate: true })).toEqual([
      'EXCHANGE_OPTION',
      'Order may participate but not initiate in the market',
    ])
  })

  test('fields that mean nothing together', async () => {
    const [reason] = await rejected({ ...buy, minQty: '5' })
    expect(reason).toBe('INCORRECT_ORDER_TYPE')
  })

  test.each(['suspended', 'halted', 'closed', 'expired'])('an instrument that is %s', async (state) => {
    await setState(state)
    expect(await rejected(buy)).toEqual(['EXCHANGE_CLOSED', `Book is ${state.toUpperCase()}`])
  })

  test('an instrument in auction takes plain limits only', async () => {
    await setState('auction')
    expect(await rejected({ ...buy, participateDontInitiate: true })).toEqual([
      'EXCHANGE_CLOSED',
      'Order has attributes that cannot be placed in MATCH_AND_CLOSE_AUCTION',
    ])
  })
})

describe('accounts that cannot trade', () => {
  const buy = { orderQty: '10', price: '36' }
  test('suspended, closed, and under a suspended owner', async () => {
    await venue.run('accounts.suspend', { account: acme.main, version: null })
    const suspended = await own.order(buy)
    expect([suspended.status, suspended.body]).toEqual([400, refusal('the account is suspended', 9)])
    await venue.run('accounts.reactivate', { account: acme.main, version: null }).catch(() => null)
    await venue.run('parties.suspend', { party: acme.member, version: null })
    const owner = await own.order(buy)
    expect(owner.status).toBeGreaterThanOrEqual(400)
    expect(owner.body.code).not.toBe(13)
  })

  test('closed', async () => {
    const { account } = await venue.run<{ account: number }>('accounts.open', {
      party: acme.firm,
      main: null,
      name: 'acme-old',
      displayName: 'Old',
      type: 'fully_collateralised',
      baseCurrency: null,
      needsClearing: false,
      attributes: {},
    })
    await venue.run('accounts.close', { account, version: null })
    tokens.own = await signIn(venue, 'acme-admin', KEYS)
    const { status, body } = await own.order({ ...buy, account: 'acme-old' })
    expect([status, body]).toEqual([400, refusal('the account is closed', 9)])
  })
})
