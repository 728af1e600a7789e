/** Portfolios of accounts and of the groups that they are in, as they were last reckoned. */
import { EXAMPLE } from '@stemma/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type NativeMarket,
  openContract,
  openNativeMarket,
  type Trader,
} from '../../../testing/native-market.js'

let market: NativeMarket

beforeAll(async () => {
  market = await openNativeMarket()
})
afterAll(() => market.world.stop())

const portfoliosOf = async (node: string, key?: string) =>
  (await market.get(`/nodes/${node}/portfolios`, key)).body

test('an account and its group: what is kept, what it is worth, and what is left', async () => {
  const { buyer, seller, world } = market
  expect(await portfoliosOf(buyer.account, buyer.key)).toEqual({ items: [], next_cursor: null })
  // Without fees: ten at 0.60 cost 6.00 of 1,000.00 and are worth that.
  const instrument = await openContract(world, 'plain')
  const order = { instrument, type: 'limit', time_in_force: 'gtc', price: '0.60', quantity: '10' }
  await market.place(seller, { ...order, side: 'sell' })
  const { sequence } = (await market.place(buyer, { ...order, side: 'buy' })).body
  const figures = {
    currency: 'USD',
    model: 'fully_collateralised',
    value: '1000.00',
    deficit: '0.00',
    unpriced: 0,
    result: '0.00',
    day_result: '0.00',
    part_of: null,
    sequence,
  }
  const bought = { ...figures, requirement: '0.00', excess: '994.00' }
  expect((await portfoliosOf(buyer.account, buyer.key)).items).toEqual([bought])
  // The short brought 6.00, is worth −6.00 and keeps the payout of 10.00 behind it.
  const sold = { ...figures, requirement: '10.00', excess: '996.00' }
  expect((await portfoliosOf(seller.account, seller.key)).items).toEqual([sold])
  // A second account of the buyer's firm is short two at 0.60: it keeps 2.00 of 1,001.20.
  const second = await traderBeside(buyer)
  await market.post('/orders', { ...order, account: buyer.account, side: 'buy', quantity: '2' })
  const shorted = await market.post('/orders', { ...order, account: second, side: 'sell', quantity: '2' })
  const { group } = (await market.post('/groups', { party: buyer.party, name: 'desk', display_name: 'Desk' }))
    .body
  for (const account of [buyer.account, second])
    await world.call('PUT', `/stemma/v1/groups/${group}/accounts/${account}`, { body: {} })
  const [own] = (await portfoliosOf(second)).items
  expect(own).toMatchObject({ part_of: group, requirement: '2.00', excess: '999.20' })
  // 994.00 less 1.20 for two more, and 999.20.
  const [joined] = (await portfoliosOf(group)).items
  expect(joined).toMatchObject({ value: '2000.00', requirement: '2.00', excess: '1992.00', part_of: null })
  expect(joined.sequence).toBeGreaterThan(shorted.body.sequence)
})

/** Another account of the same firm, with as much. */
async function traderBeside({ party }: Trader): Promise<string> {
  const { world } = market
  const { account } = (
    await market.post('/accounts', {
      party,
      name: 'beside',
      display_name: 'Beside',
      type: 'fully_collateralised',
    })
  ).body
  await world.call('POST', '/stemma/v1/deposits', {
    body: { account, currency: 'USD', amount: '1000.00', settle: true },
  })
  return account
}

test('what is out of reach is not there, and a party has its sums elsewhere', async () => {
  const { buyer, seller, world } = market
  expect(await portfoliosOf(buyer.account, seller.key)).toMatchObject({ status: 404, code: 'not_visible' })
  expect(await portfoliosOf('grp_999999')).toMatchObject({ code: 'not_visible' })
  expect(await portfoliosOf(String(world.ids.get(EXAMPLE.firm)))).toMatchObject({
    status: 400,
    field: '/node',
  })
})
