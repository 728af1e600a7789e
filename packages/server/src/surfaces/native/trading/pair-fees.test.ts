/** Fees that are taken out of what is bought: told in the coin while the order is open, and when it has ended. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type NativeMarket, openContract, openNativeMarket } from '../../../testing/native-market.js'

const PAIR = 'BTC_USD'
let market: NativeMarket

beforeEach(async () => {
  market = await openNativeMarket()
  const { fee_schedule } = (
    await market.post('/fee-schedules', {
      name: 'received',
      kind: 'received',
      taker_rate: '0.001',
      maker_rate: '0.001',
      rounding: 'half_even',
    })
  ).body
  await openContract(market.world, PAIR, {
    kind: 'currency_pair',
    base_currency: 'BTC',
    quantity_scale: 4,
    lot: '0.0001',
    price_low: null,
    price_high: null,
    fee_schedule,
  })
  const coins = { account: Number(market.seller.account.slice(4)), currency: 'BTC', amount: 10n ** 11n }
  await market.world.run('deposits.create', { ...coins, reference: null, description: null, settle: true })
})
afterEach(() => market.world.stop())

test('the order of a buyer that has ended tells its fees in the coin (they were told as dollars)', async () => {
  const { buyer, seller } = market
  const limit = { instrument: PAIR, type: 'limit', time_in_force: 'gtc', price: '100.00' }
  const place = async (by: typeof buyer, side: string, quantity: string): Promise<string> =>
    (await market.place(by, { ...limit, side, quantity })).body.order
  const bought = await place(buyer, 'buy', '2')
  const sold = await place(seller, 'sell', '1')
  // One coin of the two: a thousandth of it goes.
  const partly = (await market.get(`/orders/${bought}`, buyer.key)).body
  expect(partly).toMatchObject({ fee_currency: 'BTC', fees: '0.00100000' })
  await place(seller, 'sell', '1')
  const ended = (await market.get(`/orders/${bought}`, buyer.key)).body
  expect(ended).toMatchObject({ state: 'filled', fee_currency: 'BTC', fees: '0.00200000' })
  const { items } = (await market.get(`/orders?account=${buyer.account}`, buyer.key)).body
  expect(items).toMatchObject([{ id: bought, fee_currency: 'BTC', fees: '0.00200000' }])
  // Whoever sells gets dollars, and is charged in them: a thousandth of a hundred.
  const other = (await market.get(`/orders/${sold}`, seller.key)).body
  expect(other).toMatchObject({ state: 'filled', fee_currency: 'USD', fees: '0.10' })
})
