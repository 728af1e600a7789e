import { describe, expect, test } from 'vitest'
import type { AccountId } from '../hierarchy/index.js'
import type { Event, Id } from '../image/index.js'
import { broken } from '../testing/hash.js'
import { at, contract, pageWorld, place, placeFault, trader } from '../testing/market-world.js'
import { limit, UNIT } from '../testing/risk-limits.js'
import { done } from '../testing/world.js'
import { ALL_OR_NONE_MAX } from './entering.js'
import { FILLS_OF_COMMAND_MAX } from './session.js'
import { UNFUNDED_OF_COMMAND_MAX } from './unfunded.js'

type World = ReturnType<typeof pageWorld>
const person = ({ people }: World, who: string): AccountId => people[who] as AccountId
const faults = ({ engine }: World) => broken(engine)
const openOrders = ({ engine }: World) => engine.rooms.trading.orders.size

/** `who` offers `count` times one contract, each an order of its own. */
function offers(world: World, who: string, count: number, more: object = {}): void {
  const account = person(world, who)
  for (let number = 0; number < count; number += 1)
    place(world.engine, {
      account,
      instrument: world.instrument,
      side: 'sell',
      quantity: 1,
      price: '0.50',
      ...more,
    })
}

/** How an order ended, or `open`, and how much of it was filled. */
function outcome(events: readonly Event[], order: Id): string {
  const last = events.filter(({ subject }) => subject === `ord_${order}`).at(-1) as Event
  const { filled } = last.data.order as { filled: bigint }
  return `${last.kind.slice('order.'.length)} ${last.data.unsolicited ?? '-'} ${filled}`
}

function bid(world: World, who: string, quantity: number, more: object = {}): string {
  world.engine.takeBatch()
  const { instrument } = world
  const asked = { account: person(world, who), instrument, quantity, price: '0.50', ...more }
  const order = place(world.engine, asked)
  return outcome(world.engine.takeBatch()?.events ?? [], order)
}

test('the most that one command does are what the documents name', () => {
  expect([FILLS_OF_COMMAND_MAX, UNFUNDED_OF_COMMAND_MAX, ALL_OR_NONE_MAX]).toEqual([500, 250, 100])
})

describe('an order that comes to more of its own than one command may cancel', () => {
  test.each([
    [500, 'cancel_resting', 'accepted - 0', 1],
    // One of its own is left in the way: the order ends, it does not trade with it.
    [501, 'cancel_resting', 'cancelled fills_limit 0', 1],
    [500, 'remove_both', 'cancelled self_match 0', 0],
    [501, 'remove_both', 'cancelled self_match 0', 1],
  ] as const)('%i, %s: %s', (count, selfMatchInstruction, ended, left) => {
    const world = pageWorld()
    offers(world, 'anna', count, { selfMatchId: 'desk' })
    const own = { selfMatchId: 'desk', selfMatchInstruction }
    expect(bid(world, 'anna', 600, own)).toBe(ended)
    expect(openOrders(world)).toBe(left)
    expect(faults(world)).toEqual([])
  })

  test('cancels and fills share what one command may do', () => {
    const world = pageWorld()
    offers(world, 'anna', 300, { selfMatchId: 'desk' })
    offers(world, 'ben', 300)
    const own = { selfMatchId: 'desk', selfMatchInstruction: 'cancel_resting' }
    expect(bid(world, 'anna', 300, own)).toBe('cancelled fills_limit 200')
    expect(openOrders(world)).toBe(100)
  })

  test('one that refuses itself looks as far as it could trade', () => {
    for (const [others, expected] of [
      [499, 'refused'],
      [500, 'cancelled fills_limit 500'],
    ] as const) {
      const world = pageWorld()
      offers(world, 'ben', others)
      offers(world, 'anna', 1, { selfMatchId: 'desk' })
      const asked = { selfMatchId: 'desk', selfMatchInstruction: 'reject_aggressor' }
      if (expected !== 'refused') expect(bid(world, 'anna', 501, asked)).toBe(expected)
      else {
        const order = { account: person(world, 'anna'), instrument: world.instrument, price: '0.50' }
        expect(placeFault(world.engine, { ...order, quantity: 501, ...asked } as never)).toBe('self_match')
      }
    }
  })
})

test('orders of an account that may not deal are taken out 500 a command', () => {
  for (const [count, ended, left] of [
    [500, 'accepted - 0', 1],
    [501, 'cancelled fills_limit 0', 1],
  ] as const) {
    const world = pageWorld()
    offers(world, 'ben', count)
    done(world.engine, 'accounts.suspend', { account: person(world, 'ben'), version: null })
    expect(bid(world, 'anna', 600)).toBe(ended)
    expect(openOrders(world)).toBe(left)
  }
})

test('a market order through more levels than one command may trade with', () => {
  const world = pageWorld({ tick: at('0.001') })
  for (let level = 0; level < 600; level += 1)
    offers(world, 'ben', 1, { price: (0.1 + level / 1000).toFixed(3) })
  const { engine, instrument } = world
  expect(bid(world, 'anna', 600, { type: 'market', price: null, timeInForce: 'ioc' })).toBe('expired - 500')
  expect(openOrders(world)).toBe(100)
  // 500 levels from 0.100 to 0.599: 500 × 0.3495 = 174.75.
  const { ledger, trading } = engine.rooms
  expect(trading.held(person(world, 'anna'), instrument)).toBe(500n)
  const row = ledger.find(person(world, 'anna'), 'USD' as never)
  expect(ledger.posted(row)).toBe(10_000_000_000n - 174_750_000n)
  expect(faults(world)).toEqual([])
})

test('100 all-or-none orders wait in an instrument, a further one ends', () => {
  const world = pageWorld()
  const whole = { allOrNone: true }
  for (let number = 0; number < 99; number += 1) expect(bid(world, 'anna', 5, whole)).toBe('accepted - 0')
  expect(bid(world, 'carl', 5, whole)).toBe('accepted - 0')
  expect(bid(world, 'carl', 5, whole)).toBe('cancelled all_or_none_limit 0')
  // One that the book can fill at once waits for nothing.
  offers(world, 'ben', 1, { quantity: 2 })
  expect(bid(world, 'carl', 2, whole)).toBe('filled - 2')
})

describe('an account that a fill leaves with more orders than it can pay for', () => {
  /** Anna has 10.00 and bids 600 times 0.01; in another instrument she buys for 9.90, and can pay for ten bids then. */
  function short() {
    const world = pageWorld()
    const { engine, instrument, people } = world
    const anna = trader(world, 'poor', '10.00')
    const bids = Array.from({ length: 600 }, () =>
      place(engine, { account: anna, instrument, quantity: 1, price: '0.01' }),
    )
    const elsewhere = contract(engine, 'elsewhere')
    const offer = { account: people.ben as AccountId, instrument: elsewhere, side: 'sell' } as const
    place(engine, { ...offer, quantity: 10, price: '0.99' })
    engine.takeBatch()
    place(engine, { account: anna, instrument: elsewhere, quantity: 10, price: '0.99' })
    return { world, anna, bids }
  }

  test('loses them 250 a command, the newest first, until it can', () => {
    const { world, bids } = short()
    const { engine } = world
    const left = [openOrders(world)]
    while (engine.rooms.trading.shortfalls.size > 0 && left.length < 9) {
      engine.tick(engine.nextDueAt() as never)
      left.push(openOrders(world))
    }
    expect(left).toEqual([350, 100, 10])
    expect(bids.filter((each) => engine.rooms.trading.orders.has(each))).toEqual(bids.slice(0, 10))
    expect(engine.rooms.trading.shortfalls.size).toBe(0)
    expect(faults(world)).toEqual([])
  })

  test('trades with nobody meanwhile: what is reached is cancelled', () => {
    const { world, anna, bids } = short()
    const { engine, instrument, people } = world
    const sell = { account: people.ben as AccountId, instrument, side: 'sell', price: '0.01' } as const
    const order = place(engine, { ...sell, quantity: 1, timeInForce: 'ioc' })
    const events = engine.takeBatch()?.events ?? []
    // 350 bids of which ten are paid for: the 340 oldest go as they are reached, then one trades.
    expect(outcome(events, bids[0] as Id)).toBe('cancelled unfunded 0')
    expect(outcome(events, order)).toBe('filled - 1')
    expect(engine.rooms.ledger.posted(engine.rooms.ledger.find(anna, 'USD' as never))).toBe(90_000n)
    expect(faults(world)).toEqual([])
  })
})

test('a stop that a limit does not let act ends with the reason of the limit', () => {
  const world = pageWorld()
  const { engine, instrument } = world
  const account = person(world, 'anna')
  const stop = place(engine, {
    account,
    instrument,
    type: 'stop',
    timeInForce: 'gtc',
    quantity: 20,
    stopPrice: '0.50',
  })
  limit(engine, account, { position: 10n * UNIT })
  offers(world, 'ben', 1, { quantity: 30 })
  engine.takeBatch()
  place(engine, { account: person(world, 'carl'), instrument, quantity: 1, price: '0.50' })
  expect(outcome(engine.takeBatch()?.events ?? [], stop)).toBe('cancelled position_limit 0')
})
