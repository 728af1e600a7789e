// Trades that are taken back or booked anew.
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type NativeMarket, openNativeMarket, SYMBOL, tradeBetween } from '../../../testing/native-market.js'

let market: NativeMarket

beforeEach(async () => {
  market = await openNativeMarket()
})
afterEach(() => market.world.stop())

const trade = (price?: string, quantity?: string) => tradeBetween(market, price, quantity)

const balanceOf = async (account: string) => (await market.get(`/accounts/${account}/balances/USD`)).body

describe('a correction', () => {
  const proves = async () => expect((await market.get('/verify')).body).toMatchObject({ holds: true })
  const bust = (id: string, query = '') =>
    market.post(`/trades/${id}/bust${query}`, { reason: 'clearly erroneous' })

  test('takes a trade back, fees included, once; the book sums to zero', async () => {
    const { buyer, seller } = market
    const id = await trade()
    const dry = await bust(id, '?dry_run=true')
    expect(dry.body.executions.map(({ type }: { type: string }) => type)).toEqual(['busted', 'busted'])
    expect((await bust(id)).body).toMatchObject({ trade: id })
    await proves()
    for (const { account, key } of [buyer, seller]) {
      expect(await balanceOf(account)).toMatchObject({ posted: '1000.00' })
      const position = await market.get(`/accounts/${account}/positions/${SYMBOL}`, key)
      expect(position.body).toMatchObject({ quantity: '0', cost: '0.00', realized: '0.00' })
    }
    expect((await bust(id)).body).toMatchObject({ status: 409, code: 'already_reversed' })
    const query = `/trades?account=${buyer.account}&types=busted`
    const { items } = (await market.get(query, buyer.key)).body
    const corrects = expect.stringMatching(/^exe_/)
    expect(items).toMatchObject([{ type: 'busted', trade: id, corrects, side: 'buy' }])
    const sold = await market.get(`/trades?account=${seller.account}&types=busted`, seller.key)
    expect(sold.body.items).toMatchObject([{ type: 'busted', trade: id, side: 'sell' }])
  })

  test('books a trade anew at another price, and that one can be corrected and busted in turn', async () => {
    const { buyer, seller } = market
    const id = await trade()
    const correct = (each: string, price: string) =>
      market.post(`/trades/${each}/correct`, { price, reason: 'price of the agreement' })
    expect((await correct(id, '0.405')).body).toMatchObject({ code: 'malformed', field: '/price' })
    const first = (await correct(id, '0.30')).body.trade
    // 10 × 0.10 come back; the fees of 0.17 and -0.03 stay.
    expect((await balanceOf(buyer.account)).posted).toBe('996.83')
    expect((await balanceOf(seller.account)).posted).toBe('1003.03')
    expect((await bust(id)).body).toMatchObject({ code: 'already_reversed' })
    const second = (await correct(first, '0.35')).body.trade
    expect((await balanceOf(buyer.account)).posted).toBe('996.33')
    expect((await bust(second)).body).toMatchObject({ trade: second })
    await proves()
    for (const { account } of [buyer, seller])
      expect(await balanceOf(account)).toMatchObject({ posted: '1000.00' })
  })

  test('needs the right over both accounts', async () => {
    const id = await trade()
    const { body } = await market.post(
      `/trades/${id}/bust`,
      { reason: 'mine' },
      market.world.keys.administrator,
    )
    expect(body).toMatchObject({ status: 404, code: 'not_visible' })
  })
})
