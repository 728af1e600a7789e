// What is read beside orders: the past, the margin of an account, the market.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { catchUp } from '../../../testing/catch-up.js'
import {
  limit,
  type NativeMarket,
  openNativeMarket,
  SYMBOL,
  tradeBetween,
} from '../../../testing/native-market.js'

let market: NativeMarket

beforeEach(async () => {
  market = await openNativeMarket()
})
afterEach(() => market.world.stop())

const head = () => catchUp(market.world.engine)

const trade = (price?: string, quantity?: string) => tradeBetween(market, price, quantity)

const cents = (text: string): bigint => BigInt(text.replace('.', ''))

describe('the past', () => {
  test('of positions is read as of a sequence and as of a time', async () => {
    const { buyer } = market
    await trade('0.40', '10')
    const path = `/accounts/${buyer.account}`
    const [first] = (await market.get(`${path}/position-entries`, buyer.key)).body.items
    await trade('0.50', '4')
    const then = Number(first.sequence.split('.')[0])
    const asOf = async (query: string) =>
      (await market.get(`${path}/positions-as-of?${query}`, buyer.key)).body.items
    expect(await asOf(`sequence=${then - 1}`)).toEqual([])
    expect(await asOf(`sequence=${then}`)).toMatchObject([{ quantity: '10', cost: '4.00', sequence: then }])
    expect(await asOf(`sequence=${head()}`)).toMatchObject([{ quantity: '14', cost: '6.00' }])
    expect(await asOf(`time=${first.time}&instrument=${SYMBOL}`)).toMatchObject([{ quantity: '10' }])
    const foreign = await market.get(`${path}/positions-as-of?sequence=1`, market.seller.key)
    expect(foreign.body).toMatchObject({ status: 404, code: 'not_visible' })
  })

  test('of orders is filtered and paged, for an account and for a subtree', async () => {
    const { buyer, seller, world } = market
    for (const [price, tag] of [
      ['0.10', 'a'],
      ['0.11', 'b'],
      ['0.12', 'c'],
    ])
      await market.place(buyer, limit('buy', price!, '1', { client_order_id: tag }))
    await market.place(seller, limit('sell', '0.90', '1'))
    const ids = async (query: string, key = buyer.key) =>
      (await market.get(`/orders?${query}`, key)).body.items.map(
        (each: { client_order_id: string | null }) => each.client_order_id,
      )
    const mine = `account=${buyer.account}`
    expect(await ids(mine)).toEqual(['c', 'b', 'a'])
    expect(await ids(`${mine}&client_order_id=b`)).toEqual(['b'])
    expect(await ids(`${mine}&side=sell`)).toEqual([])
    expect(await ids(`${mine}&states=filled,cancelled`)).toEqual([])
    expect(await ids(`${mine}&instrument=${SYMBOL}&newest_first=false`)).toEqual(['a', 'b', 'c'])
    expect(await ids(`${mine}&to=2020-01-01T00:00:00Z`)).toEqual([])
    const page = (await market.get(`/orders?${mine}&limit=2`, buyer.key)).body
    expect(await ids(`${mine}&limit=2&cursor=${page.next_cursor}`)).toEqual(['a'])
    expect(await ids(`under=${buyer.party}`, world.keys.administrator)).toEqual(['c', 'b', 'a'])
    const foreign = await market.get(`/orders?under=${seller.party}`, world.keys.administrator)
    expect(foreign.body).toMatchObject({ code: 'not_visible' })
  })
})

describe('the margin of an account', () => {
  test('follows from the inputs that each figure names', async () => {
    const { buyer } = market
    await trade()
    await market.place(buyer, limit('buy', '0.20', '100'))
    const { body } = await market.get(`/accounts/${buyer.account}/margin/USD`)
    // 1,000 - 4.00 - 0.17 posted; 100 × 0.20 are reserved, and no fee: what rests is paid a rebate.
    expect(body).toMatchObject({ posted: '995.83', open_orders: '20.00', buying_power: '975.83' })
    const [power] = body.derivations
    expect(power).toMatchObject({
      figure: 'buying_power',
      formula: 'posted - held - requirement - open_orders',
    })
    const inputs = power.inputs.map(({ amount }: { amount: string }) => cents(amount)) as bigint[]
    const [first, ...others] = inputs as [bigint, ...bigint[]]
    expect(others.reduce((left, each) => left - each, first)).toBe(cents(body.buying_power))
  })
})

test('the market shows sums by price, the best of each side, and the figures of the day', async () => {
  const { buyer, seller } = market
  await market.place(buyer, limit('buy', '0.30', '5'))
  await market.place(buyer, limit('buy', '0.30', '7'))
  await market.place(buyer, limit('buy', '0.29', '1'))
  await trade('0.40', '3')
  await market.place(seller, limit('sell', '0.60', '2'))
  const book = (await market.get(`/instruments/${SYMBOL}/book`)).body
  expect(book.bids).toEqual([
    { price: '0.3', quantity: '12', orders: 2 },
    { price: '0.29', quantity: '1', orders: 1 },
  ])
  expect((await market.get(`/instruments/${SYMBOL}/quote`)).body).toMatchObject({
    bids: [{ price: '0.3' }],
    offers: [{ price: '0.6', quantity: '2' }],
  })
  expect((await market.get(`/instruments/${SYMBOL}/statistics`)).body).toMatchObject({
    open_interest: '3',
    statistics: { last: '0.4', last_quantity: '3', volume: '3', notional: '1.20', trades: 1 },
  })
  const open = await market.get(`/orders/open?accounts=${buyer.account}&instruments=${SYMBOL}`, buyer.key)
  expect(open.body.items).toHaveLength(3)
  expect((await market.get(`/instruments/${SYMBOL}/book?depth=1001`)).body).toMatchObject({ field: '/depth' })
})
