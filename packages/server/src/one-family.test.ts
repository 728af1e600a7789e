/** A main account and its subaccounts, in two languages: each tells of all of them the same numbers at the same sequence. */
import { StemmaClient } from '@stemma/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ccxtOf } from './testing/ccxt.js'
import type { CryptoDesk, Key } from './testing/crypto-desk.js'
import { acc, languagesOf, library, openFamily, orderNumber, type Told } from './testing/two-languages.js'

let desk: CryptoDesk
let client: StemmaClient
let party: `pty_${number}`

beforeAll(async () => {
  ;({ desk, party } = await openFamily())
  client = new StemmaClient({ baseUrl: desk.url, apiKey: desk.operatorKey })
})
afterAll(() => desk.close())

const { native, venue, atOneSequence } = languagesOf(() => desk)
const family = (): readonly Key[] => [desk.main, ...desk.subaccounts]
const byNumber = (left: { readonly number: number }, right: { readonly number: number }): number =>
  left.number - right.number

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
