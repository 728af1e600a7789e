import { expect, test } from 'vitest'
import { Engine } from '../engine.js'
import type { AccountId } from '../hierarchy/index.js'
import { derivedHashOf } from '../testing/hash.js'
import { playOn } from '../testing/ledger-page.js'
import { at, pageWorld, place, UNCHANGED } from '../testing/market-world.js'
import { done } from '../testing/world.js'

const check = (text: string): void => {
  const { expected, actual } = playOn(pageWorld(), text)
  expect(actual).toEqual(expected)
}

test('a smaller quantity keeps its place, a larger one and another price go to the end (polymarket-us 4.4)', () => {
  check(
    `a1 anna sell limit gtc 5 @0.50                    -> new
     b1 ben  sell limit gtc 5 @0.50                    -> new
     replace a1 qty=3                                  -> replaced
     c1 carl buy limit ioc 1 @0.50                     -> filled 1@0.5 c1/a1
     replace a1 qty=4                                  -> replaced
     c2 carl buy limit ioc 1 @0.50                     -> filled 1@0.5 c2/b1
     replace b1 @0.49                                  -> replaced
     replace b1 @0.50                                  -> replaced
     c3 carl buy limit ioc 4 @0.50                     -> filled 3@0.5 c3/a1 1@0.5 c3/b1`,
  )
})

test('another time keeps its place', () => {
  check(
    `a1 anna sell limit gtc 5 @0.50                    -> new
     b1 ben  sell limit gtc 5 @0.50                    -> new
     replace a1 tif=gtd for=1h                         -> replaced
     c1 carl buy limit ioc 6 @0.50                     -> filled 5@0.5 c1/a1 1@0.5 c1/b1`,
  )
})

test('another price may trade at once', () => {
  check(
    `a1 anna buy  limit gtc 5 @0.49                    -> new
     b1 ben  sell limit gtc 3 @0.50                    -> new
     replace a1 @0.50                                  -> replaced partially_filled 3@0.5 a1/b1`,
  )
})

test('a replacement that fails leaves the order as it was, place and all', () => {
  check(
    `a1 anna sell limit gtc 5 @0.50                    -> new
     b1 ben  sell limit gtc 5 @0.50                    -> new
     c0 carl buy  limit ioc 2 @0.50                    -> filled 2@0.5 c0/a1
     replace a1 @0.505                                 -> refused price_off_tick
     replace a1 @1.50                                  -> refused price_out_of_bounds
     replace a1 qty=2                                  -> refused quantity_invalid
     replace a1 tif=ioc                                -> refused malformed
     replace a1 tif=gtd                                -> refused malformed
     replace a1 ^0.40                                  -> refused malformed
     replace a1 min=1                                  -> refused order_type_invalid
     replace a1 qty=100000000                          -> refused insufficient_buying_power
     c1 carl buy  limit ioc 4 @0.50                    -> filled 3@0.5 c1/a1 1@0.5 c1/b1
     replace a1 qty=9                                  -> refused not_visible`,
  )
})

test('one that may rest only is not replaced into a trade', () => {
  check(
    `a1 anna buy  limit gtc 5 @0.49 post               -> new
     b1 ben  sell limit gtc 3 @0.50                    -> new
     replace a1 @0.50                                  -> refused would_take
     replace a1 @0.48                                  -> replaced`,
  )
})

test('an all-or-none order that is lowered to what the book has is filled', () => {
  check(
    `a1 anna sell limit gtc 10 @0.50 aon               -> new
     b1 ben  buy  limit gtc 5  @0.50                   -> new
     replace a1 qty=5                                  -> replaced filled 5@0.5 a1/b1`,
  )
})

test('an all-or-none order that is made an ordinary one enters the book', () => {
  check(
    `a1 anna sell limit gtc 10 @0.50 aon               -> new
     b1 ben  buy  limit gtc 5  @0.50                   -> new
     replace a1 aon=no                                 -> replaced partially_filled 5@0.5 a1/b1`,
  )
})

test('a stop gets another stop price, and one that the last trade has reached triggers at once', () => {
  check(
    `b1 ben  sell limit gtc 9  @0.50                   -> new
     c1 carl buy  limit gtc 1  @0.50                   -> filled 1@0.5 c1/b1
     a1 anna buy  stop  gtc 2  ^0.60                   -> new
     replace a1 ^0.55                                  -> replaced
     replace a1 @0.55                                  -> refused malformed
     replace a1 ^0.50                                  -> replaced filled 2@0.5 a1/b1`,
  )
})

test('a stop that is to be filled at once when it is triggered can be replaced while it waits', () => {
  check(
    `b1 ben  sell limit gtc 9  @0.50                   -> new
     a1 anna buy  stop  ioc 2  ^0.60                   -> new
     replace a1 ^0.50                                  -> replaced
     replace a1 tif=fok                                -> refused malformed
     c1 carl buy  limit gtc 1  @0.50                   -> filled 1@0.5 c1/b1 2@0.5 a1/b1, a1 triggered`,
  )
})

test('an order that was made all-or-none stands beside the book in an image that was replayed, too', () => {
  const world = pageWorld()
  const replayed = new Engine()
  const ship = (): void => {
    const batch = world.engine.takeBatch()
    if (batch !== null) replayed.image.apply(batch.images, batch.head)
  }
  const order = place(world.engine, {
    account: world.people.anna as AccountId,
    instrument: world.instrument,
    quantity: 5,
    price: '0.50',
  })
  ship()
  done(world.engine, 'orders.replace', { ...UNCHANGED, order, price: at('0.51'), allOrNone: true })
  ship()
  expect(replayed.rooms.trading.books.of(world.instrument).buy.depth).toBe(0)
  expect(derivedHashOf(replayed.image)).toBe(derivedHashOf(world.engine.image))
})
