/** Portfolios of accounts and of the groups that they are in, as they were last reckoned. */
import { EXAMPLE } from '@stemma/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type NativeMarket, openContract, openNativeMarket } from '../../../testing/native-market.js'

let market: NativeMarket

beforeAll(async () => {
  market = await openNativeMarket()
})
afterAll(() => market.world.stop())

const portfoliosOf = async (node: string, key?: string) =>
  (await market.get(`/nodes/${node}/portfolios`, key)).body

test('an account and its group: what is kept, what it is worth, and what is left', async () => {
  const { buyer, seller, world } = market
  expect(await portfoliosOf(buyer.account)).toEqual({ items: [], next_cursor: null })
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
  expect((await portfoliosOf(buyer.account)).items).toEqual([bought])
  // The short brought 6.00, is worth −6.00 and keeps the payout of 10.00 behind it.
  const sold = { ...figures, requirement: '10.00', excess: '996.00' }
  expect((await portfoliosOf(seller.account)).items).toEqual([sold])
})

test('a group is the sum of the accounts of a client that are in it', async () => {
  const { world, buyer } = market
  const instrument = await openContract(world, 'other')
  const { party } = (
    await market.post('/parties', { owner: buyer.party, kind: 'client', name: 'wren', display_name: 'Wren' })
  ).body
  const [long, short] = [await accountOf(party, 'long'), await accountOf(party, 'short')]
  const order = { instrument, type: 'limit', time_in_force: 'gtc', price: '0.60', quantity: '2' }
  await market.post('/orders', { ...order, account: short, side: 'sell' })
  await market.post('/orders', { ...order, account: long, side: 'buy' })
  const { group } = (await market.post('/groups', { party, name: 'desk', display_name: 'Desk' })).body
  for (const account of [long, short])
    await world.call('PUT', `/stemma/v1/groups/${group}/accounts/${account}`, { body: {} })
  // Two at 0.60 cost 1.20; who is short of them keeps 2.00 of 1,001.20.
  expect((await portfoliosOf(long)).items).toMatchObject([{ part_of: group, excess: '998.80' }])
  expect((await portfoliosOf(short)).items).toMatchObject([{ part_of: group, excess: '999.20' }])
  expect((await portfoliosOf(group)).items).toMatchObject([
    { value: '2000.00', requirement: '2.00', excess: '1998.00', deficit: '0.00', part_of: null },
  ])
})

async function accountOf(party: string, name: string): Promise<string> {
  const { account } = (
    await market.post('/accounts', { party, name, display_name: name, type: 'fully_collateralised' })
  ).body
  await market.post('/deposits', { account, currency: 'USD', amount: '1000.00', settle: true })
  return account
}

test('what is out of reach is not there, and a party has its sums elsewhere', async () => {
  const { buyer, world } = market
  expect(await portfoliosOf(buyer.account, world.keys.stranger)).toMatchObject({
    status: 404,
    code: 'not_visible',
  })
  expect(await portfoliosOf('grp_999999')).toMatchObject({ code: 'not_visible' })
  expect(await portfoliosOf(String(world.ids.get(EXAMPLE.firm)))).toMatchObject({
    status: 400,
    field: '/node',
  })
})
