/** Fees that are taken out of what is bought: in a coin, where the venue knows notional alone. */
import { parsePrice } from '@stemma/core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { buildAcme, KEYS, OTHER_KEYS } from '../../../testing/acme.js'
import { ACCOUNT, type Desk, deskOf, fund, OTHER_ACCOUNT, openContract } from '../../../testing/market.js'
import { signIn, startVenue, type Venue } from '../../../testing/venue.js'

const PAIR = 'BTC_USD'
let venue: Venue
let own: Desk
let other: Desk

beforeEach(async () => {
  venue = await startVenue()
  const acme = await buildAcme(venue)
  const price = (text: string): bigint => parsePrice(text) as bigint
  const { feeSchedule } = await venue.run<{ feeSchedule: number }>('fee_schedules.create', {
    name: 'received',
    kind: 'received',
    takerRate: price('0.001'),
    makerRate: 0n,
    rounding: 'half_even',
  })
  await openContract(venue, PAIR, {
    kind: 'currency_pair',
    baseCurrency: 'BTC',
    quantityScale: 4,
    priceLow: null,
    priceHigh: null,
    feeSchedule,
  })
  await fund(venue, acme.main, '1000.00')
  const coins = { account: acme.foreign, currency: 'BTC', amount: 10n ** 11n, settle: true }
  await venue.run('deposits.create', { ...coins, reference: null, description: null })
  const tokens = [
    await signIn(venue, 'acme-admin', KEYS),
    await signIn(venue, 'other-trading', OTHER_KEYS),
  ] as const
  own = deskOf(venue, () => tokens[0], ACCOUNT)
  other = deskOf(venue, () => tokens[1], OTHER_ACCOUNT)
})
afterEach(() => venue.close())

test('a fee in the coin that was bought is told as what that coin cost, and not as dollars', async () => {
  const sell = { symbol: PAIR, side: 'SIDE_SELL', orderQty: 10_000 }
  const sold = [await other.place({ ...sell, price: 10_000 }), await other.place({ ...sell, price: 10_200 })]
  const buy = { symbol: PAIR, side: 'SIDE_BUY', orderQty: 20_000, price: 10_200 }
  const { body: seen } = await own.post('/v1/trading/orders/preview', {
    request: { account: ACCOUNT, type: 'ORDER_TYPE_LIMIT', timeInForce: 'TIME_IN_FORCE_DAY', ...buy },
  })
  const id = await own.place(buy)
  // A coin at 100.00 and one at 102.00 cost a thousandth of a coin each: 0.10 and 0.102 dollars, × 100 × 10,000.
  const { executions } = (await own.post('/v1/report/executions/search', { orderId: id })).body
  const fills = executions.filter(({ tradeId }: { tradeId?: string }) => tradeId !== undefined)
  expect(
    fills.map((fill: Readonly<Record<string, unknown>>) => [fill.lastPx, fill.commissionNotionalCollected]),
  ).toEqual([
    ['10000', '100000'],
    ['10200', '102000'],
  ])
  // Both at 101.00 on average.
  const order = { commissionNotionalTotalCollected: '202000' }
  expect(fills.at(-1).order).toMatchObject(order)
  expect(await own.read(id)).toMatchObject(order)
  expect(seen.previewOrder).toMatchObject(order)
  const found = (await own.post('/v1/report/orders/search', { orderId: id })).body
  expect(found.order).toMatchObject([order])
  // Whoever sells is charged in dollars, here nothing.
  for (const each of sold)
    expect(await other.read(each)).toMatchObject({ commissionNotionalTotalCollected: '0' })
})
