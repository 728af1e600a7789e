/**
 * What stands after any messages of quotes, beside the slowest reckoning that there could be: a list of sides in a market
 * in which nobody else deals. fast-check prints the seed.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Engine } from '../../engine.js'
import { copyPrimary, NO_ROW } from '../../image/index.js'
import {
  inversePerpetual,
  linearPerpetual,
  margined,
  openDerivatives,
  publish,
} from '../../testing/derivatives-world.js'
import { derivedHashOf, hashOf, textHash } from '../../testing/hash.js'
import { at } from '../../testing/market-world.js'
import { done } from '../../testing/world.js'
import type { SideSettled } from './quoting.js'

const MINUTES = 120_000
const LOT = 10
const HALF_DOLLAR = at('0.5')

/** A price in half dollars from 100,000, and lots; null stays as it is. */
interface Asked {
  readonly price: number | null
  readonly lots: number | null
}
interface Step {
  readonly instrument: number
  readonly bid: Asked | null
  readonly ask: Asked | null
}

const price = fc.integer({ min: -9, max: 9 })
const lots = fc.integer({ min: 0, max: 5 })
const asked: fc.Arbitrary<Asked> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ price, lots }) },
  { weight: 1, arbitrary: fc.record({ price, lots: fc.constant(null) }) },
  { weight: 1, arbitrary: fc.record({ price: fc.constant(null), lots }) },
)
const step: fc.Arbitrary<Step> = fc
  .record({ instrument: fc.nat(1), bid: fc.option(asked), ask: fc.option(asked) })
  .filter(({ bid, ask }) => bid !== null || ask !== null)

interface Standing {
  readonly price: number
  readonly lots: number
}

class Naive {
  readonly standing = new Map<string, Standing>()

  /** What stands against each side that is asked for. */
  take({ instrument, bid, ask }: Step): Readonly<Record<string, string | null>> {
    const sides = { buy: bid, sell: ask }
    const after = (side: 'buy' | 'sell'): number | null => {
      const wanted = sides[side]
      return wanted?.lots === 0
        ? null
        : (wanted?.price ?? this.standing.get(`${instrument} ${side}`)?.price ?? null)
    }
    const [low, high] = [after('buy'), after('sell')]
    const isCrossed = low !== null && high !== null && low >= high
    const faults: Record<string, string | null> = {}
    for (const side of ['buy', 'sell'] as const) {
      const wanted = sides[side]
      if (wanted !== null) faults[side] = this.settle(`${instrument} ${side}`, wanted, isCrossed)
    }
    return faults
  }

  private settle(key: string, wanted: Asked, isCrossed: boolean): string | null {
    const before = this.standing.get(key)
    this.standing.delete(key)
    if (wanted.lots === 0) return null
    if (isCrossed) return 'quote_crossed'
    const after = { price: wanted.price ?? before?.price, lots: wanted.lots ?? before?.lots }
    if (after.price === undefined || after.lots === undefined) return 'quote_missing'
    this.standing.set(key, { price: after.price, lots: after.lots })
    return null
  }
}

function open() {
  const world = openDerivatives('100000')
  const { engine } = world
  const account = margined(world, 'maker', { BTC: '50', USDC: '10000000' })
  const instruments = [inversePerpetual(engine), linearPerpetual(engine)] as const
  publish(
    engine,
    instruments.map((each) => [each, '100000'] as const),
  )
  done(engine, 'protections.set', {
    account,
    index: 'btc_usd',
    group: 'near',
    intervalSeconds: 5,
    frozenSeconds: 0,
    quantityLimit: at('10'),
    deltaLimit: null,
  })
  return { engine, account, instruments }
}

const sideOf = (wanted: Asked | null) =>
  wanted === null
    ? null
    : {
        price: wanted.price === null ? null : at('100000') + BigInt(wanted.price) * HALF_DOLLAR,
        quantity: wanted.lots === null ? null : BigInt(wanted.lots * LOT),
        postOnly: false,
        reprices: false,
      }

const imageHash = ({ image }: Engine): string => `${hashOf(image)} ${derivedHashOf(image)}`

test(
  'what stands is what a list of sides says, no pair ever meets itself, and a replay comes to the same',
  () => {
    fc.assert(
      fc.property(fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { maxLength: 12 }), (messages) => {
        const { engine, account, instruments } = open()
        const [naive, replayed] = [new Naive(), new Engine()]
        for (const message of messages) {
          const expected = message.map((each) => naive.take(each))
          const { sides } = done<{ sides: readonly SideSettled[] }>(engine, 'orders.quote', {
            account,
            group: 'near',
            quoteId: 'any',
            quotes: message.map(({ instrument, bid, ask }) => ({
              instrument: instruments[instrument] as number,
              quoteSet: null,
              bid: sideOf(bid),
              ask: sideOf(ask),
            })),
          })
          const found = sides.map(({ instrument, side, fault }) => [instrument, side, fault?.code ?? null])
          const listed = message.flatMap(({ instrument }, place) =>
            Object.entries(expected[place] ?? {}).map(([side, code]) => [
              instruments[instrument],
              side,
              code,
            ]),
          )
          expect(found.map(String).sort()).toEqual(listed.map(String).sort())
          const { openQuotes, orders, positions } = engine.rooms.trading
          for (const instrument of [0, 1])
            for (const side of ['buy', 'sell'] as const) {
              const row = openQuotes.find({
                account,
                instrument: instruments[instrument] as never,
                side,
                group: 'near',
              })
              const stands = naive.standing.get(`${instrument} ${side}`)
              expect(row === NO_ROW ? null : [orders.price.get(row), orders.quantity.get(row)]).toEqual(
                stands === undefined
                  ? null
                  : [at('100000') + BigInt(stands.price) * HALF_DOLLAR, BigInt(stands.lots * LOT)],
              )
            }
          expect(positions.size).toBe(0)
          const batch = engine.takeBatch()
          if (batch !== null) replayed.image.apply(batch.images, batch.head)
        }
        expect(engine.verify(textHash).filter(({ holds }) => !holds)).toEqual([])
        const copy = new Engine()
        copyPrimary(engine.image, copy.image)
        expect(imageHash(copy)).toBe(imageHash(engine))
        if (messages.length > 0) expect(imageHash(replayed)).toBe(imageHash(engine))
      }),
      { numRuns: 60 },
    )
  },
  MINUTES,
)
