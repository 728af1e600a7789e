/** What an account could not pay and the house did: its row among the settlements (section 5.6). */
import { HOUR, MINUTE, SECOND } from '@stemma/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ManualClock } from '../../host/clock.js'
import { type CryptoDesk, type Key, openCryptoDesk } from '../../testing/crypto-desk.js'
import { START } from '../../testing/venue.js'

const NAME = 'BTC_USDC-PERPETUAL'
const ONE = 10n ** 18n
const clock = new ManualClock(START)
let desk: CryptoDesk
let third: Key

beforeAll(async () => {
  desk = await openCryptoDesk(clock)
  third = desk.subaccounts[2] as Key
})
afterAll(() => desk.close())

const result = async (method: string, params: object, key: Key = third) => {
  const { body } = await desk.call(method, params, key)
  if (body.error !== undefined) throw new Error(JSON.stringify(body.error))
  return body.result
}
const run = async (command: string, input: object): Promise<void> => {
  const outcome = await desk.server.host.execute({
    command,
    actor: { kind: 'system' },
    input: input as never,
  })
  if (outcome.kind === 'refused') throw new Error(`${command}: ${outcome.refusal.detail}`)
}

test('the debt of a liquidated account is settled by the insurance, and told by currency', async () => {
  const { instrument_id: instrument } = await result('public/get_instrument', { instrument_name: NAME })
  // A tenth of a coin was bought at 100,010. Of 40,000 USDC a thousand stay; fees of liquidation are left out.
  await result(
    'private/submit_transfer_between_subaccounts',
    { currency: 'USDC', amount: 39_000, source: third.accountId, destination: desk.main.accountId },
    desk.main,
  )
  const node = third.accountId
  await run('settings.set', { node, name: 'margin.insurance', value: true, from: null })
  await run('settings.set', { node, name: 'margin.liquidation_fee_basis_points', value: 0, from: null })
  // The only one who buys is at 50,000: the main account; the maker's quotes go.
  const maker = desk.server.engine.rooms.hierarchy.accountByName.find('meridian-main')
  const account = desk.server.engine.rooms.hierarchy.accounts.id(maker)
  await run('orders.cancel_all', {
    account,
    instrument,
    side: null,
    currency: null,
    kinds: null,
    types: null,
    label: null,
    index: null,
  })
  await result('private/buy', { instrument_name: NAME, amount: 0.1, price: 50_000 }, desk.main)
  const price = 50_000n * ONE
  await run('prices.publish', { prices: [{ instrument, price }], indexes: [{ name: 'btc_usd', price }] })
  const held = async () => (await result('private/get_position', { instrument_name: NAME })).size
  const asked = { currency: 'USDC', type: 'bankruptcy' }
  const told = () => result('private/get_settlement_history_by_currency', asked)
  const passes = (time: number): void => {
    clock.advance(time)
    desk.server.host.tick()
  }
  while ((await held()) !== 0) passes(SECOND)
  // What is owed is settled a moment behind the last fill.
  while ((await told()).settlements.length === 0) passes(MINUTE)
  const { settlements, continuation } = await told()
  // 0.1 × (100,010 − 50,000) = 5,001 of 1,000.
  expect(settlements).toEqual([
    {
      type: 'bankruptcy',
      timestamp: expect.any(Number),
      instrument_name: null,
      funded: 4_001,
      session_bankruptcy: 4_001,
      session_bankrupcy: 4_001,
      session_tax: 0,
      session_tax_rate: 0,
      socialized: 0,
    },
  ])
  expect(continuation).toBeNull()
  // It is of no other currency and of no other account; without a type it is among all of its currency.
  const by = async (method: string, params: object, key: Key = third) =>
    (await result(`private/get_settlement_history_by_${method}`, params, key)).settlements
  // As the client library asks for liquidations.
  expect(await by('instrument', { instrument_name: NAME, type: 'bankruptcy' })).toEqual(settlements)
  expect(await by('instrument', { instrument_name: NAME })).toEqual([])
  expect(await by('instrument', { instrument_name: 'BTC-PERPETUAL', type: 'bankruptcy' })).toEqual([])
  expect(await by('currency', { currency: 'BTC', type: 'bankruptcy' })).toEqual([])
  expect(await by('currency', { currency: 'USDC', type: 'settlement' })).toEqual([])
  expect(await by('currency', asked, desk.main)).toEqual([])
  expect(await by('currency', { ...asked, subaccount_id: third.accountId }, desk.main)).toEqual(settlements)
  expect(await by('currency', { currency: 'USDC' })).toEqual(settlements)
  // The account knows at once what its trades were, everybody an hour later.
  const asOwn = { instrument_name: NAME, count: 1 }
  const { trades: own } = await result('private/get_user_trades_by_instrument', asOwn)
  expect(own).toMatchObject([{ order_type: 'liquidation', liquidation: 'T' }])
  const last = async () => (await result('public/get_last_trades_by_instrument', asOwn)).trades[0]
  expect(await last()).not.toHaveProperty('liquidation')
  clock.advance(HOUR)
  expect(await last()).toMatchObject({ trade_id: own[0].trade_id, liquidation: 'T' })
  const log = await result('private/get_transaction_log', {
    currency: 'USDC',
    start_timestamp: 0,
    end_timestamp: 4_000_000_000_000,
  })
  expect(log.logs.some(({ change }: { change: number }) => change === 4_001)).toBe(true)
})
