/**
 * `equity` in rows of the transaction log (section 5.5), by hand arithmetic from what the demo world traded: margin balance
 * and options of the moment at which the row was made (section 13.2). The clock is moved by hand.
 */
import { DAY, MINUTE } from '@stemma/core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { ManualClock } from '../../host/clock.js'
import { type CryptoDesk, type Key, openCryptoDesk } from '../../testing/crypto-desk.js'
import { START } from '../../testing/venue.js'

let desk: CryptoDesk
let first: Key
let third: Key
const clock = new ManualClock(START)

beforeAll(async () => {
  desk = await openCryptoDesk(clock)
  first = desk.subaccounts[0] as Key
  third = desk.subaccounts[2] as Key
})
afterAll(() => desk.close())
beforeEach(() => clock.advance(MINUTE))

const result = async (method: string, params: object, key: Key) => {
  const { body } = await desk.call(method, params, key)
  if (body.error !== undefined) throw new Error(JSON.stringify(body.error))
  return body.result
}

interface Row {
  readonly type: string
  readonly balance: number
  readonly equity: number
}

/** The newest first. */
const log = async (currency: string, count: number, key: Key, more: object = {}): Promise<readonly Row[]> => {
  const span = { start_timestamp: 0, end_timestamp: 4_000_000_000_000 }
  return (await result('private/get_transaction_log', { currency, ...span, count, ...more }, key)).logs
}
const newest = async (currency: string, key: Key): Promise<Row> => (await log(currency, 1, key))[0] as Row

/** What 5,000 dollars that were sold at 101,950 have gained at a mark, in coin. */
const gainedAt = (mark: number): number => 5_000 / mark - 5_000 / 101_950

test('cash, a future that was sold, and an option that was bought at more than its mark', async () => {
  const rows = await log('BTC', 250, first)
  expect(rows.map(({ type }) => type)).toEqual(['trade', 'trade', 'transfer', 'transfer'])
  const [bought, sold, left, came] = rows.map(({ equity }) => equity) as [number, number, number, number]
  expect(came).toBe(2.25)
  expect(left).toBe(2)
  expect(sold).toBeCloseTo(2 + gainedAt(102_000), 8)
  // 0.1 calls for 0.0805 each, marked at 0.08.
  expect(bought).toBeCloseTo(2 + gainedAt(102_000) - 0.00805 + 0.008, 8)
})

test('a mark that moved is in the rows that follow, and in none before; a session that ends changes nothing', async () => {
  const before = await log('BTC', 250, first)
  const { instrument_id } = await result('public/get_instrument', { instrument_name: 'BTC-25JUN27' }, first)
  await desk.server.host.execute({
    command: 'prices.publish',
    actor: { kind: 'system' },
    input: { prices: [{ instrument: instrument_id, price: 104_000n * 10n ** 18n }], indexes: [] },
  })
  expect(await log('BTC', 250, first)).toEqual(before)
  const transfer = { currency: 'BTC', amount: 0.5, destination: first.accountId }
  await result('private/submit_transfer_to_subaccount', transfer, desk.main)
  const came = await newest('BTC', first)
  expect(came).toMatchObject({ type: 'transfer', balance: 2.49195 })
  expect(came.equity).toBeCloseTo(2.49195 + gainedAt(104_000) + 0.008, 8)
  clock.advance(DAY)
  desk.server.host.tick()
  const settled = await newest('BTC', first)
  expect(settled.type).toBe('settlement')
  expect(settled.balance).toBeCloseTo(2.49195 + gainedAt(104_000), 8)
  expect(settled.equity).toBe(came.equity)
})

test('both rows of a trade that turns a position round say what the whole of it left', async () => {
  // A long of 0.1 from 100,010 is sold at 99,990, and 0.2 more; the mark is 100,000.
  const bought = (await log('USDC', 250, third)).find(({ type }) => type === 'trade')
  expect(bought?.equity).toBe(40_000 - 0.1 * 10)
  const order = { instrument_name: 'BTC_USDC-PERPETUAL', amount: 0.3, type: 'market' }
  await result('private/sell', order, third)
  const rows = await log('USDC', 2, third)
  expect(rows.map(({ type, equity }) => [type, equity])).toEqual([
    ['trade', 40_000 - 0.1 * 20 - 0.2 * 10],
    ['trade', 40_000 - 0.1 * 20 - 0.2 * 10],
  ])
  expect(await log('USDC', 2, desk.main, { subaccount_id: third.accountId })).toEqual(rows)
})

test('coins that are exchanged are in the equity of either currency', async () => {
  await result('private/buy', { instrument_name: 'ETH_USDC', amount: 1, type: 'market' }, desk.main)
  expect(await newest('ETH', desk.main)).toMatchObject({ type: 'trade', balance: 51, equity: 51 })
  expect(await newest('USDC', desk.main)).toMatchObject({ type: 'trade', balance: 205_999, equity: 205_999 })
})
