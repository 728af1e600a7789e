/** The laws of trading under random commands, corrections and settlements among them. fast-check prints the seed. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Engine } from '../engine.js'
import type { AccountId } from '../hierarchy/index.js'
import { copyPrimary, type Event } from '../image/index.js'
import type { InstrumentId } from '../market/index.js'
import { derivedHashOf, hashOf, textHash } from '../testing/hash.js'
import { USD } from '../testing/market-world.js'
import {
  asked,
  openTrading,
  type TradingChoice,
  type TradingWorld,
  takeChoice,
  timeOf,
} from '../testing/random-orders.js'
import { SYSTEM_ACTOR } from '../testing/world.js'
import { worstOfAllSubsets } from '../testing/worst-cost.js'

const number = fc.nat(10_000)
const choice = fc.tuple(number, number, number, number, number, number, number) as fc.Arbitrary<TradingChoice>
const choices = (maxLength: number) => fc.array(choice, { maxLength, size: 'max' })
const imageHash = ({ image }: Engine): string => `${hashOf(image)} ${derivedHashOf(image)}`
const MINUTES = 180_000

const faults = (engine: Engine): string[] =>
  engine
    .verify(textHash)
    .filter(({ holds }) => !holds)
    .map(({ name, detail }) => `${name}: ${detail}`)

/** Instruments that are open and show a bid that reaches an offer. */
function crossed({ engine, instruments }: TradingWorld): InstrumentId[] {
  const { market, trading } = engine.rooms
  return instruments.filter((id) => {
    if (market.state(market.instruments.row(id)) !== 'open') return false
    const { buy, sell } = trading.books.of(id)
    const [bid, offer] = [buy.level(0), sell.level(0)]
    return bid !== undefined && offer !== undefined && bid.ticks >= offer.ticks
  })
}

/** Accounts whose money does not cover what their positions and the orders of one instrument need. */
function unfunded({ engine, accounts, instruments }: TradingWorld): string[] {
  const { margin, trading } = engine.rooms
  const found: string[] = []
  for (const account of accounts) {
    const free = margin.free(account, USD)
    if (free < 0n) found.push(`acc_${account} is free for ${free}`)
    for (const instrument of instruments) {
      const reserve = trading.openOrders.find(account, instrument)?.reserve ?? 0n
      if (reserve > free) found.push(`acc_${account} reserves ${reserve} of ${free} in ins_${instrument}`)
    }
  }
  return found
}

/** Fills beyond the quantity of their order, or worse than its limit. */
function wrongFills(events: readonly Event[]): string[] {
  return events.flatMap(({ kind, data }) => {
    if (kind !== 'order.filled' && kind !== 'order.partially_filled') return []
    const { id, side, price, filled, quantity } = data.order as unknown as {
      id: number
      side: string
      price: bigint | null
      filled: bigint
      quantity: bigint
    }
    const at = data.lastPrice as bigint
    const isWorse = price !== null && (side === 'buy' ? at > price : at < price)
    return isWorse || filled > quantity ? [`ord_${id} ${filled} of ${quantity} at ${at}, limit ${price}`] : []
  })
}

/** Where the reserve of an account in an instrument is less than some set of its fills would cost. */
function underReserved(world: TradingWorld): string[] {
  const found: string[] = []
  for (const account of world.accounts)
    for (const instrument of world.instruments) {
      const worst = worstOfAllSubsets(world.engine, account as AccountId, instrument)
      const reserve = world.engine.rooms.trading.openOrders.find(account, instrument)?.reserve ?? 0n
      if (worst !== null && reserve < worst)
        found.push(`acc_${account} in ins_${instrument}: ${reserve}, worst ${worst}`)
    }
  return found
}

describe('the laws of trading', () => {
  it(
    'hold at every step of whatever is asked, and a refusal changes nothing',
    () => {
      fc.assert(
        fc.property(choices(60), (steps) => {
          const world = openTrading()
          const { engine } = world
          for (const step of steps) {
            const time = timeOf(world, step)
            engine.tick(time)
            const before = imageHash(engine)
            const outcome = takeChoice(world, step, time)
            if (outcome.kind === 'refused') expect(imageHash(engine)).toBe(before)
            const events = outcome.kind === 'done' ? outcome.events : []
            expect(crossed(world)).toEqual([])
            expect(wrongFills(events)).toEqual([])
            expect(underReserved(world)).toEqual([])
            if (world.corrections === 0) expect(unfunded(world)).toEqual([])
          }
          expect(faults(engine)).toEqual([])
        }),
        { numRuns: 80 },
      )
    },
    MINUTES,
  )

  it(
    'hold in the proof of the book after each step',
    () => {
      fc.assert(
        fc.property(choices(40), (steps) => {
          const world = openTrading()
          for (const step of steps) {
            takeChoice(world, step)
            expect(faults(world.engine)).toEqual([])
          }
        }),
        { numRuns: 25 },
      )
    },
    MINUTES,
  )

  it(
    'hold after every preview, which changes nothing and foresees what comes',
    () => {
      fc.assert(
        fc.property(choices(40), (steps) => {
          const world = openTrading()
          const { engine } = world
          for (const step of steps) {
            const time = timeOf(world, step)
            engine.tick(time)
            const before = imageHash(engine)
            const [command, input] = asked(world, step)
            const foreseen = engine.preview({ command, input, actor: SYSTEM_ACTOR, time })
            expect(imageHash(engine)).toBe(before)
            expect(takeChoice(world, step, time)).toEqual(foreseen)
          }
          expect(faults(engine)).toEqual([])
        }),
        { numRuns: 40 },
      )
    },
    MINUTES,
  )

  it(
    'hold after an undo of many commands, which brings back book, queue and reserves',
    () => {
      fc.assert(
        fc.property(choices(40), choices(20), (steps, undone) => {
          const world = openTrading()
          const { engine } = world
          for (const step of steps) takeChoice(world, step)
          const { time } = engine.image.head
          const before = imageHash(engine)
          const linked = undone.map((step) => {
            const [command, input] = asked(world, step)
            return { command, input, actor: SYSTEM_ACTOR, time }
          })
          const last = { command: 'nothing.at_all', input: null, actor: SYSTEM_ACTOR, time }
          engine.tick(time)
          engine.executeLinked([...linked, last])
          expect(imageHash(engine)).toBe(before)
          expect(faults(engine)).toEqual([])
        }),
        { numRuns: 60 },
      )
    },
    MINUTES,
  )

  it(
    'hold in an image that was replayed batch by batch, and in one that was loaded in any order of rows',
    () => {
      fc.assert(
        fc.property(choices(60), fc.integer({ min: 1, max: 9 }), fc.nat(1_000), (steps, every, shuffle) => {
          const [world, replayed, loaded] = [openTrading(), new Engine(), new Engine()]
          const { engine } = world
          const ship = (): void => {
            const batch = engine.takeBatch()
            if (batch !== null) replayed.image.apply(batch.images, batch.head)
          }
          steps.forEach((step, place) => {
            takeChoice(world, step)
            if (place % every === 0) ship()
          })
          ship()
          expect(imageHash(replayed)).toBe(imageHash(engine))
          expect(faults(replayed)).toEqual([])
          const copy = new Engine()
          copyPrimary(engine.image, copy.image)
          expect(imageHash(copy)).toBe(imageHash(engine))
          for (const table of engine.image.primaryTables()) {
            const rows = [...table.each()].map((row) => table.encode(row))
            rows.sort((left, right) => mixed(Number(left[0]), shuffle) - mixed(Number(right[0]), shuffle))
            const columns = table.columns.map(({ name }) => name)
            loaded.image.fill(table.tableName, columns, [rows], rows.length)
          }
          loaded.image.head = engine.image.head
          expect(imageHash(loaded)).toBe(imageHash(engine))
          expect(faults(loaded)).toEqual([])
        }),
        { numRuns: 40 },
      )
    },
    MINUTES,
  )

  it(
    'give the same state for the same commands, and both go on alike',
    () => {
      fc.assert(
        fc.property(choices(50), (steps) => {
          const [one, other] = [openTrading(), openTrading()]
          for (const step of steps) expect(takeChoice(other, step)).toEqual(takeChoice(one, step))
          expect(imageHash(other.engine)).toBe(imageHash(one.engine))
        }),
        { numRuns: 25 },
      )
    },
    MINUTES,
  )
})

/** Puts numbers into another order for each seed. */
const mixed = (id: number, seed: number): number => Math.imul(id + seed, 0x9e3779b1) >>> 0
