import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FlowMarket } from './flow-market.js'
import type { NaiveState } from './naive-matcher.js'
import type { NaiveInstruction, NaiveTime, NaiveType } from './naive-order.js'
import { type FlowRequest, type FlowStep, OrderFlow } from './order-flow.js'

const price = fc.integer({ min: 46, max: 54 })
const quantity = fc.integer({ min: 1, max: 9 })
const rarely = fc.oneof(
  { weight: 5, arbitrary: fc.constant(false) },
  { weight: 1, arbitrary: fc.constant(true) },
)
const type = fc.oneof(
  { weight: 8, arbitrary: fc.constant<NaiveType>('limit') },
  {
    weight: 5,
    arbitrary: fc.constantFrom<NaiveType>('market', 'market_to_limit', 'stop', 'stop_limit', 'trailing_stop'),
  },
)
const timeInForce = fc.oneof(
  { weight: 6, arbitrary: fc.constant<NaiveTime>('gtc') },
  { weight: 4, arbitrary: fc.constantFrom<NaiveTime>('day', 'gtd', 'ioc', 'fok') },
)
const self = fc.oneof(
  { weight: 3, arbitrary: fc.constant([null, null] as const) },
  {
    weight: 2,
    arbitrary: fc.tuple(
      fc.constantFrom('desk-1', 'desk-2'),
      fc.constantFrom<NaiveInstruction>('reject_aggressor', 'cancel_resting', 'remove_both'),
    ),
  },
)

const request: fc.Arbitrary<FlowRequest> = fc
  .record({
    side: fc.constantFrom('buy' as const, 'sell' as const),
    type,
    timeInForce,
    quantity,
    prices: fc.tuple(price, price),
    standsFor: fc.integer({ min: 2, max: 60 }),
    minimum: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: quantity }),
    flags: fc.tuple(rarely, rarely, rarely),
    offset: fc.integer({ min: 1, max: 4 }),
    tip: fc.oneof(
      { weight: 3, arbitrary: fc.constant(null) },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 4 }) },
    ),
    self,
  })
  .map(({ side, type, timeInForce, quantity, prices, standsFor, minimum, flags, offset, tip, self }) => ({
    side,
    type,
    timeInForce,
    quantity,
    price: type === 'limit' || type === 'stop_limit' ? prices[0] : null,
    stopPrice: type === 'stop' || type === 'stop_limit' ? prices[1] : null,
    standsFor,
    minimumQuantity: minimum,
    allOrNone: flags[0],
    postOnly: flags[1],
    strictLimit: flags[2],
    selfMatchId: self[0],
    selfMatchInstruction: self[1],
    trailingOffset: type === 'trailing_stop' ? offset : null,
    displayQuantity: tip,
  }))

const change = fc.record(
  {
    price,
    stopPrice: price,
    quantity: fc.integer({ min: 1, max: 12 }),
    allOrNone: fc.boolean(),
    postOnly: rarely,
    strictLimit: rarely,
    displayQuantity: fc.integer({ min: 1, max: 6 }),
  },
  { requiredKeys: [] },
)

const step: fc.Arbitrary<FlowStep> = fc.oneof(
  {
    weight: 16,
    arbitrary: fc.record({ kind: fc.constant('place' as const), account: fc.nat(2), request }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('replace' as const), place: fc.nat(50), change }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('cancel' as const), place: fc.nat(50) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('state' as const),
      to: fc.oneof(
        { weight: 9, arbitrary: fc.constant<NaiveState>('open') },
        { weight: 4, arbitrary: fc.constantFrom<NaiveState>('auction', 'suspended', 'closed', 'preopen') },
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      milliseconds: fc.constantFrom(1, 1, 20, 20, 20, 3_600_000, 86_400_000),
    }),
  },
)

/** Thousands of flows take their time on a busy machine. */
const MINUTES = 180_000

/** Runs a flow, and says at which step the two differed first. */
function run(
  steps: readonly FlowStep[],
  market = new FlowMarket(),
): { readonly difference: string | null; readonly trades: number } {
  const flow = new OrderFlow(market)
  for (const [place, next] of steps.entries()) {
    const difference = flow.take(next)
    if (difference !== null)
      return { difference: `step ${place} ${JSON.stringify(next)}: ${difference}`, trades: flow.tradeCount }
  }
  return { difference: null, trades: flow.tradeCount }
}

test.each([
  ['event_contract', 2_000],
  ['perpetual', 1_000],
  ['currency_pair', 500],
] as const)(
  'the engine and the naive matcher give the same trades and leave the same orders, over short flows of a book of kind %s',
  (kind, numRuns) => {
    let market = new FlowMarket(kind)
    fc.assert(
      fc.property(fc.array(step, { maxLength: 24, size: 'max' }), (steps) => {
        if (!market.isFresh) market = new FlowMarket(kind)
        expect(run(steps, market).difference).toBeNull()
      }),
      { numRuns },
    )
  },
  MINUTES,
)

test.each([
  ['event_contract', [11, 12, 13, 14]],
  ['currency_pair', [15]],
] as const)(
  'and over long ones: %s',
  (kind, seeds) => {
    for (const seed of seeds) {
      const steps = fc.sample(step, { seed, numRuns: 1_500 })
      const { difference, trades } = run(steps, new FlowMarket(kind))
      expect({ seed, difference }).toEqual({ seed, difference: null })
      expect(trades).toBeGreaterThan(100)
    }
  },
  MINUTES,
)
