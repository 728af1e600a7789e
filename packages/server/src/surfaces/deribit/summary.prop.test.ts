/**
 * The arithmetic of section 13.2 holds on every read, over random trading, moves, transfers, prices and sessions, and the
 * transaction log says of what was just booked that the account is worth what its summary says.
 */
import { HOUR, type Price, SECOND, toMilliseconds } from '@stemma/core'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ManualClock } from '../../host/clock.js'
import { type CryptoDesk, type Key, openCryptoDesk } from '../../testing/crypto-desk.js'
import { START } from '../../testing/venue.js'

let desk: CryptoDesk
let keys: readonly Key[]
const clock = new ManualClock(START)

beforeAll(async () => {
  desk = await openCryptoDesk(clock)
  keys = [desk.main, ...desk.subaccounts]
})
afterAll(() => desk.close())

const SYMBOLS = [
  'BTC-PERPETUAL',
  'BTC-25JUN27',
  'BTC-25JUN27-120000-C',
  'BTC_USDC-PERPETUAL',
  'ETH-PERPETUAL',
] as const
const AMOUNTS: Readonly<Record<string, number>> = {
  'BTC-PERPETUAL': 10,
  'BTC-25JUN27': 10,
  'BTC-25JUN27-120000-C': 0.1,
  'BTC_USDC-PERPETUAL': 0.001,
  'ETH-PERPETUAL': 1,
}
const MARKS: Readonly<Record<string, number>> = {
  'BTC-PERPETUAL': 100_000,
  'BTC-25JUN27': 102_000,
  'BTC-25JUN27-120000-C': 0.08,
  'BTC_USDC-PERPETUAL': 100_000,
  'ETH-PERPETUAL': 4_000,
}
const who = fc.nat(3)
const which = fc.constantFrom(...SYMBOLS)
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('order' as const),
      who,
      which,
      isBuy: fc.boolean(),
      count: fc.integer({ min: 1, max: 30 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('rest' as const),
      who,
      which,
      isBuy: fc.boolean(),
      count: fc.integer({ min: 1, max: 30 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('move' as const),
      who,
      to: who,
      which,
      count: fc.integer({ min: 1, max: 20 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('price' as const),
      which,
      permille: fc.integer({ min: -20, max: 20 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('transfer' as const),
      who,
      to: who,
      count: fc.integer({ min: 1, max: 50 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), hours: fc.integer({ min: 1, max: 20 }) }),
  },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

const keyOf = (place: number): Key => keys[place] as Key
const amountOf = (symbol: string, count: number): number =>
  Number(((AMOUNTS[symbol] ?? 0) * count).toFixed(4))

/** What is refused is as good: the figures have to add up either way. */
async function carryOut(asked: Step): Promise<void> {
  clock.advance(10 * SECOND)
  switch (asked.kind) {
    case 'order': {
      const method = asked.isBuy ? 'private/buy' : 'private/sell'
      const order = {
        instrument_name: asked.which,
        amount: amountOf(asked.which, asked.count),
        type: 'market',
      }
      await desk.call(method, order, keyOf(asked.who))
      return
    }
    case 'rest': {
      const away = asked.isBuy ? 0.97 : 1.03
      const tick = asked.which.endsWith('-C') ? 0.0005 : asked.which.startsWith('ETH') ? 0.05 : 0.5
      const price = Number((Math.round(((MARKS[asked.which] ?? 0) * away) / tick) * tick).toFixed(4))
      const order = { instrument_name: asked.which, amount: amountOf(asked.which, asked.count), price }
      await desk.call(asked.isBuy ? 'private/buy' : 'private/sell', order, keyOf(asked.who))
      return
    }
    case 'move':
      await desk.call('private/move_positions', {
        source_uid: keyOf(asked.who).accountId,
        target_uid: keyOf(asked.to).accountId,
        trades: [{ instrument_name: asked.which, amount: amountOf(asked.which, asked.count) }],
      })
      return
    case 'price':
      await publish(asked.which, asked.permille)
      return
    case 'transfer':
      await desk.call('private/submit_transfer_between_subaccounts', {
        currency: 'BTC',
        amount: asked.count / 1_000,
        source: keyOf(asked.who).accountId,
        destination: keyOf(asked.to).accountId,
      })
      return
    case 'wait':
      clock.advance(asked.hours * HOUR)
  }
}

async function publish(symbol: string, permille: number): Promise<void> {
  const { instrument_id } = (await desk.call('public/get_instrument', { instrument_name: symbol })).body
    .result
  const mark = (MARKS[symbol] ?? 0) * (1 + permille / 1_000)
  const price = BigInt(Math.round(mark * 1e6)) * 10n ** 12n
  await desk.server.host.execute({
    command: 'prices.publish',
    actor: { kind: 'system' },
    input: { prices: [{ instrument: instrument_id, price: price as Price }], indexes: [] },
  })
}

type Row = Readonly<Record<string, number>> & { readonly currency: string; readonly margin_model: string }

/** To the last digit that is shown: sums of binary fractions are off by far less. */
const near = (actual: number, expected: number, digits = 7): void => {
  const most = 10 ** -digits * Math.max(1, Math.abs(expected) * 1e-3)
  expect(Math.abs(actual - expected), `${actual} is not ${expected}`).toBeLessThanOrEqual(most)
}

function expectSums(row: Row): void {
  const of = (name: string): number => row[name] as number
  const session = of('futures_session_upl') + of('futures_session_rpl')
  near(of('available_funds'), of('margin_balance') - of('initial_margin'))
  near(of('equity'), of('balance') + session + of('options_value'))
  near(of('session_upl'), of('futures_session_upl') + of('options_session_upl'))
  near(of('session_rpl'), of('futures_session_rpl') + of('options_session_rpl'))
  near(of('total_pl'), of('futures_pl') + of('options_pl'))
  near(of('delta_total'), sumOf(row.delta_total_map) - (row.currency === 'USDC' ? 0 : of('options_value')))
  expect(of('initial_margin')).toBeGreaterThanOrEqual(of('maintenance_margin'))
  expect(of('projected_initial_margin')).toBeLessThanOrEqual(of('initial_margin') + 1e-9)
  if (row.margin_model !== 'segregated_sm') return
  near(of('margin_balance'), of('balance') + session)
  near(of('available_withdrawal_funds'), Math.max(0, of('available_funds') - Math.max(0, session)))
}

const sumOf = (map: unknown): number =>
  Object.values(map as Readonly<Record<string, number>>).reduce((sum, each) => sum + each, 0)

/** Half a coin is promised from the main account: the log's balance has it still, the summary's no more. */
const heldOf = (key: Key, currency: string): number => (key === desk.main && currency === 'BTC' ? 0.5 : 0)

const currencyOf = (symbol: string): string =>
  symbol.includes('USDC') ? 'USDC' : symbol.startsWith('ETH') ? 'ETH' : 'BTC'

/** Where the step booked something, at this very moment and so at the marks of now. */
async function expectEquityOfLog(key: Key, currency: string): Promise<void> {
  const now = toMilliseconds(clock.now())
  const whose = { currency, subaccount_id: key.accountId }
  const span = { start_timestamp: now, end_timestamp: now, count: 1 }
  const { logs } = (await desk.call('private/get_transaction_log', { ...whose, ...span })).body.result
  if (logs.length === 0) return
  const { equity } = (await desk.call('private/get_account_summary', whose)).body.result
  near(logs[0].equity, equity + heldOf(key, currency))
  compared += 1
}
let compared = 0

/** Of one account, in each of its currencies. */
async function expectAllSums(key: Key): Promise<void> {
  clock.advance(SECOND)
  const { body } = await desk.call('private/get_account_summaries', { subaccount_id: key.accountId })
  for (const row of body.result.summaries as readonly Row[]) expectSums(row)
}

test('every figure that follows from others does, whatever happens', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
      for (const each of steps) {
        await carryOut(each)
        if (!('who' in each)) continue
        await expectEquityOfLog(keyOf(each.who), 'which' in each ? currencyOf(each.which) : 'BTC')
        await expectAllSums(keyOf(each.who))
      }
      for (const key of keys) await expectAllSums(key)
      expect(desk.server.engine.rooms.trading.positions.size).toBeGreaterThan(0)
      expect(compared).toBeGreaterThan(0)
    }),
    { numRuns: 5, seed: 13_2 },
  )
}, 180_000)
