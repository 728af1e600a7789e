import { describe, expect, test } from 'vitest'
import type { AccountId } from '../hierarchy/index.js'
import { type Event, instant } from '../image/index.js'
import type { InstrumentId } from '../market/index.js'
import { textHash } from '../testing/hash.js'
import { at, contract, pageWorld, place, USD, usd } from '../testing/market-world.js'
import { done, openAccount, SYSTEM_ACTOR } from '../testing/world.js'
import type { OrderId } from './fields.js'
import { FILLS_OF_COMMAND_MAX } from './session.js'

type World = ReturnType<typeof pageWorld>

const person = ({ people }: World, who: string): AccountId => people[who] as AccountId

/** Ben offers `count` times one contract, each an order of its own. */
function offers(world: World, count: number, price = '0.50'): void {
  const { engine, instrument } = world
  for (let number = 0; number < count; number += 1)
    place(engine, { account: person(world, 'ben'), instrument, side: 'sell', quantity: 1, price })
}

function ended(events: readonly Event[], order: number): string {
  const own = events.filter(({ subject }) => subject === `ord_${order}`)
  const { kind, data } = own.at(-1) as Event
  const { filled, quantity } = data.order as { filled: bigint; quantity: bigint }
  return `${kind.slice('order.'.length)}${data.unsolicited ? ` ${data.unsolicited}` : ''} ${filled}/${quantity}`
}

const faults = ({ engine }: World) => engine.verify(textHash).filter(({ holds }) => !holds)

describe('an order that could trade more often than one command may', () => {
  test.each([
    ['gtc', 500, 'filled 500/500'],
    ['gtc', 501, 'cancelled fills_limit 500/501'],
    ['ioc', 501, 'expired 500/501'],
    ['fok', 500, 'filled 500/500'],
    // Filled or killed: it is never filled in part.
    ['fok', 501, 'expired 0/501'],
  ] as const)('%s of %i against orders of one: %s', (timeInForce, quantity, outcome) => {
    const world = pageWorld()
    const { engine, instrument } = world
    offers(world, 501)
    engine.takeBatch()
    const order = place(engine, {
      account: person(world, 'anna'),
      instrument,
      quantity,
      price: '0.50',
      timeInForce,
    })
    expect(ended(engine.takeBatch()?.events ?? [], order)).toBe(outcome)
    expect(faults(world)).toEqual([])
  })

  test('an all-or-none order waits until fewer orders can fill it', () => {
    const world = pageWorld()
    const { engine, instrument } = world
    offers(world, 501)
    const account = person(world, 'anna')
    const order = place(engine, { account, instrument, quantity: 501, price: '0.50', allOrNone: true })
    expect(engine.rooms.trading.orders.filled.get(engine.rooms.trading.orders.row(order))).toBe(0n)
    place(engine, { account: person(world, 'ben'), instrument, side: 'sell', quantity: 9, price: '0.49' })
    expect(engine.rooms.trading.orders.has(order)).toBe(false)
    expect(engine.rooms.trading.held(account, instrument)).toBe(501n)
  })

  test('a stop that is triggered when the command has little room trades whole in the next step', () => {
    const world = pageWorld()
    const { engine, instrument } = world
    const [anna, carl] = [person(world, 'anna'), person(world, 'carl')]
    offers(world, 700)
    const stop = place(engine, {
      account: anna,
      instrument,
      type: 'stop',
      timeInForce: 'gtc',
      quantity: 200,
      stopPrice: '0.50',
    })
    place(engine, { account: carl, instrument, quantity: 400, price: '0.50' })
    expect(engine.rooms.trading.orders.has(stop)).toBe(true)
    const due = engine.nextDueAt()
    expect(due).toBe(engine.image.head.time + 2_000)
    engine.tick(due as never)
    expect(engine.rooms.trading.held(anna, instrument)).toBe(200n)
    expect(faults(world)).toEqual([])
  })
})

test('an auction of more than 500 trades goes on step by step, and takes cancels between', () => {
  const world = pageWorld()
  const { engine, instrument } = world
  const account = person(world, 'anna')
  done(engine, 'instruments.set_state', { instrument, state: 'auction', version: null })
  offers(world, 1_100)
  const order = place(engine, { account, instrument, quantity: 1_050, price: '0.50' })
  done(engine, 'instruments.set_state', { instrument, state: 'open', version: null })
  const { market, trading } = engine.rooms
  const row = market.instruments.row(instrument)
  expect([market.state(row), trading.held(account, instrument)]).toEqual(['auction', 500n])
  engine.tick(engine.nextDueAt() as never)
  expect([market.state(row), trading.held(account, instrument)]).toEqual(['auction', 1_000n])
  done(engine, 'orders.cancel', { order })
  engine.tick(engine.nextDueAt() as never)
  expect([market.state(row), trading.held(account, instrument)]).toEqual(['open', 1_000n])
  expect(faults(world)).toEqual([])
})

test('closing ends more than 500 day orders step by step', () => {
  const world = pageWorld()
  const { engine, instrument } = world
  for (let number = 0; number < 1_001; number += 1)
    place(engine, {
      account: person(world, 'anna'),
      instrument,
      quantity: 1,
      price: '0.50',
      timeInForce: 'day',
    })
  done(engine, 'instruments.set_state', { instrument, state: 'closed', version: null })
  const left: number[] = [engine.rooms.trading.orders.size]
  while (left.at(-1) !== 0) {
    engine.tick(engine.nextDueAt() as never)
    left.push(engine.rooms.trading.orders.size)
  }
  expect(left).toEqual([501, 1, 0])
})

test('closing ends the orders of the day and expiring the others, in order of ids also after an undo', () => {
  const world = pageWorld()
  const { engine, instrument } = world
  const account = person(world, 'anna')
  const orders = Array.from({ length: 3_000 }, (_, number) =>
    place(engine, {
      account,
      instrument,
      quantity: 1,
      price: '0.01',
      timeInForce: number % 2 === 0 ? 'gtc' : 'day',
    }),
  )
  // What is cancelled for a trial comes back out of turn.
  const input = { order: orders[1] as OrderId }
  engine.preview({ command: 'orders.cancel', input, actor: SYSTEM_ACTOR, time: engine.image.head.time })
  expect(faults(world)).toEqual([])
  engine.takeBatch()
  done(engine, 'instruments.set_state', { instrument, state: 'closed', version: null })
  const { trading, market } = engine.rooms
  while (trading.orders.size > 1_500) engine.tick(engine.nextDueAt() as never)
  done(engine, 'instruments.set_state', { instrument, state: 'expired', version: null })
  while (trading.orders.size > 0) engine.tick(engine.nextDueAt() as never)
  const subjects = (engine.takeBatch()?.events ?? [])
    .filter(({ kind }) => kind === 'order.expired')
    .map(({ subject }) => subject)
  const every = (rest: number) => orders.filter((_, number) => number % 2 === rest).map((id) => `ord_${id}`)
  expect(subjects).toEqual([...every(1), ...every(0)])
  expect(market.instruments.nextStepAt.get(market.instruments.row(instrument))).toBeNull()
  expect(faults(world)).toEqual([])
})

test('the price of an auction is found among thousands of prices that cross', () => {
  const world = pageWorld()
  const { engine } = world
  const fine = contract(engine, 'fine', {
    tick: at('0.0001'),
    priceLow: at('0.0001'),
    priceHigh: at('0.9999'),
  })
  done(engine, 'instruments.set_state', { instrument: fine, state: 'auction', version: null })
  // Bids of one at 0.2001 to 0.5000, offers of one at 0.2002 to 0.5001: at 0.3500, 1,501 are wanted and 1,499 offered,
  // at 0.3501 1,500 of each. Above, fewer are wanted.
  const price = (ticks: number): string => `0.${String(ticks).padStart(4, '0')}`
  for (let ticks = 2_001; ticks <= 5_000; ticks += 1) {
    const one = { instrument: fine, quantity: 1 }
    place(engine, { ...one, account: person(world, 'anna'), price: price(ticks) })
    place(engine, { ...one, account: person(world, 'ben'), side: 'sell', price: price(ticks + 1) })
  }
  done(engine, 'instruments.set_state', { instrument: fine, state: 'open', version: null })
  const { market, trading } = engine.rooms
  const row = market.instruments.row(fine)
  expect(market.instruments.auctionPrice.get(row)).toBe(at('0.3501'))
  while (market.state(row) !== 'open') engine.tick(engine.nextDueAt() as never)
  expect(trading.held(person(world, 'anna'), fine)).toBe(1_500n)
  expect(faults(world)).toEqual([])
})

describe('settling more than 250 holders', () => {
  /** Ben is short of what 300 others hold; each of them had 1.00. */
  function crowd(): World & { readonly others: readonly AccountId[]; readonly second: InstrumentId } {
    const world = pageWorld()
    const { engine, instrument, book, firm } = world
    const second = contract(engine, 'elsewhere')
    offers(world, 300)
    const others = Array.from({ length: 300 }, (_, place) =>
      openAccount(engine, firm, `other-${place}`, { type: 'fully_collateralised' }),
    )
    for (const account of others) {
      const sides = { from: book.accounts.outsideWorld, to: account }
      done(engine, 'transfers.create', { ...sides, currency: USD, amount: usd('1.00'), description: null })
      place(engine, { account, instrument, quantity: 1, price: '0.50' })
    }
    return { ...world, others, second }
  }

  test.each([
    // Each had paid 0.50 of 1.00, ben had got 150.00 and locked 300.00.
    ['1', '1500000', '9850000000'],
    ['0', '500000', '10150000000'],
    ['0.37', '870000', '10039000000'],
  ])('at %s pays out what was locked, with other traffic between the steps', (price, each, short) => {
    const world = crowd()
    const { engine, instrument, second, others } = world
    const { ledger, trading, margin } = engine.rooms
    done(engine, 'instruments.settle', { instrument, price: at(price) })
    const open = (): number =>
      trading.holders.of(instrument).filter((row) => trading.positions.quantity.get(row) !== 0n).length
    expect(open()).toBe(301)
    engine.tick(engine.nextDueAt() as never)
    expect(open()).toBe(301 - 250 + 1)
    // The first step closed ben's short and 249 of 300 longs of one: 51 are still long, and the house is short of them.
    expect(trading.openInterest.of(instrument)).toBe(51n)
    expect(faults(world)).toEqual([])
    place(engine, { account: person(world, 'anna'), instrument: second, quantity: 1, price: '0.10' })
    engine.tick(engine.nextDueAt() as never)
    expect(open()).toBe(0)
    expect(faults(world)).toEqual([])
    const posted = (account: AccountId): string => String(ledger.posted(ledger.find(account, USD)))
    expect(new Set(others.map(posted))).toEqual(new Set([each]))
    expect(posted(person(world, 'ben'))).toBe(short)
    expect(margin.requirements.of(person(world, 'ben'), USD)).toBe(0n)
  })
})

test('what rounding leaves over of a settlement is less than one unit for each position', () => {
  const world = pageWorld()
  const { engine, instrument, book } = world
  offers(world, 3)
  for (const who of ['anna', 'carl', 'anna'])
    place(engine, { account: person(world, who), instrument, quantity: 1, price: '0.50' })
  // Anna has 2: 0.66666666 is paid as 0.666667; carl 1: 0.333333; ben owes 3: 0.99999999 as 1.000000.
  done(engine, 'instruments.settle', { instrument, price: at('0.33333333') })
  engine.tick(instant(engine.image.head.time + 1_000_000))
  const { ledger } = engine.rooms
  const posted = (account: AccountId): bigint => ledger.posted(ledger.find(account, USD))
  expect(posted(person(world, 'anna')) - usd('9999.00')).toBe(666_667n)
  expect(posted(person(world, 'carl')) - usd('9999.50')).toBe(333_333n)
  expect(posted(person(world, 'ben')) - usd('10001.50')).toBe(-1_000_000n)
  expect(posted(book.accounts.rounding)).toBe(0n)
  expect(faults(world)).toEqual([])
})

test('the most fills of one command are those that the documents name', () => {
  expect(FILLS_OF_COMMAND_MAX).toBe(500)
})

test('work on nothing writes no row that is not there', () => {
  const world = pageWorld()
  const { engine, instrument } = world
  engine.takeBatch()
  done(engine, 'instruments.settle', { instrument, price: at('1.00') })
  engine.tick(engine.nextDueAt() as never)
  const images = engine.takeBatch()?.images ?? []
  const written = images.flatMap(({ rows, removed }) => [...rows.map(([id]) => id), ...removed])
  expect(written.filter((id) => typeof id !== 'number')).toEqual([])
  expect(images.map(({ table }) => table)).not.toContain('process_parts')
  expect(faults(world)).toEqual([])
})

test('an auction of 981 prices a side finds where as much is wanted as offered', () => {
  const world = pageWorld({ tick: at('0.001') }, '1000000.00')
  const { engine, instrument } = world
  done(engine, 'instruments.set_state', { instrument, state: 'auction', version: null })
  for (let ticks = 10; ticks <= 990; ticks += 1) {
    const price = (ticks / 1_000).toFixed(3)
    place(engine, { account: person(world, 'anna'), instrument, quantity: 1, price })
    place(engine, { account: person(world, 'ben'), instrument, side: 'sell', quantity: 1, price })
  }
  done(engine, 'instruments.set_state', { instrument, state: 'open', version: null })
  // At p thousandths 991 − p are wanted and p − 9 offered: 491 of each at 500.
  const { market, trading } = engine.rooms
  expect(market.lastPrice(market.instruments.row(instrument))).toBe(at('0.5'))
  expect(trading.held(person(world, 'anna'), instrument)).toBe(491n)
  expect(faults(world)).toEqual([])
})

test('a settlement lists nobody as it begins: its holders are found step by step', () => {
  const world = pageWorld()
  const { engine, instrument, firm } = world
  const ben = person(world, 'ben')
  const holders = Array.from({ length: 600 }, (_, number) => {
    const account = openAccount(engine, firm, `holder-${number}`, { type: 'fully_collateralised' })
    done(engine, 'transfers.create', {
      from: world.book.accounts.outsideWorld,
      to: account,
      currency: USD,
      amount: usd('1.00'),
      description: null,
    })
    place(engine, { account: ben, instrument, side: 'sell', quantity: 1, price: '0.50' })
    place(engine, { account, instrument, quantity: 1, price: '0.50' })
    return account
  })
  done(engine, 'instruments.settle', { instrument, price: at('1') })
  const { processes } = engine.rooms
  const [row] = [...processes.table.each()]
  const progress = () => [processes.table.cursor.get(row ?? -1), processes.parts.size]
  // Ben and 600 others, 250 in a step.
  expect(processes.table.total.get(row ?? -1)).toBe(601)
  const seen = [progress()]
  while (processes.table.state.get(row ?? -1) === 'running') {
    engine.tick(engine.nextDueAt() as never)
    seen.push(progress())
  }
  expect(seen).toEqual([
    [0, 0],
    [250, 1],
    [500, 2],
    [601, 3],
  ])
  expect(holders.every((account) => engine.rooms.trading.held(account, instrument) === 0n)).toBe(true)
  expect(faults(world)).toEqual([])
})
