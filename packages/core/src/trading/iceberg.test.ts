import { describe, expect, test } from 'vitest'
import type { AccountId } from '../hierarchy/index.js'
import { textHash } from '../testing/hash.js'
import { at, orderInput, pageWorld, place, placeFault, UNCHANGED } from '../testing/market-world.js'
import { done, run } from '../testing/world.js'
import type { OrderId } from './fields.js'

function market() {
  const world = pageWorld({}, '1000000.00')
  const { engine, instrument, people } = world
  const [anna, ben, carl] = [people.anna, people.ben, people.carl] as [AccountId, AccountId, AccountId]
  const sell = (account: AccountId, quantity: number, more: object = {}) =>
    place(engine, { account, instrument, side: 'sell', quantity, price: '0.50', ...more })
  const buy = (account: AccountId, quantity: number, more: object = {}) =>
    place(engine, { account, instrument, quantity, price: '0.50', ...more })
  const best = () => engine.rooms.trading.books.of(instrument).sell.level(0)
  const queue = () => {
    const { books, orders } = engine.rooms.trading
    const ids: OrderId[] = []
    for (let row = best()?.first ?? -1; row >= 0; row = books.after(row)) ids.push(orders.id(row))
    return ids
  }
  const filledOf = (order: OrderId) => {
    const { orders } = engine.rooms.trading
    return orders.has(order) ? orders.filled.get(orders.row(order)) : 'gone'
  }
  return { ...world, anna, ben, carl, sell, buy, best, queue, filledOf }
}
const tip = (quantity: number) => ({ displayQuantity: BigInt(quantity) })

describe('an iceberg', () => {
  test('shows its tip alone, in the book and to whoever asks for it', () => {
    const { engine, instrument, anna, ben, sell, best } = market()
    sell(anna, 1_000, tip(200))
    sell(ben, 50)
    expect(best()).toMatchObject({ quantity: 250n, hidden: 800n, orders: 2 })
    const book = engine.read(
      'books.get',
      { kind: 'system' },
      { instrument, depth: 1 },
      engine.image.head.time,
    )
    expect('result' in book && book.result).toMatchObject({ offers: [{ quantity: 250n, orders: 2 }] })
    const asked = orderInput({ account: ben, instrument, quantity: 900, price: '0.50' })
    const preview = engine.read('orders.preview', { kind: 'system' }, asked, engine.image.head.time)
    expect('result' in preview && preview.result).toMatchObject({ quantity: 250n })
  })

  test('a tip that is used up makes room for the next, behind all that stand there', () => {
    const { engine, anna, ben, carl, sell, buy, best, queue, filledOf } = market()
    const iceberg = sell(anna, 1_000, tip(200))
    const plain = sell(ben, 50)
    buy(carl, 120)
    // Of the tip 80 are left, and it keeps its place.
    expect([best()?.quantity, ...queue()]).toEqual([130n, iceberg, plain])
    buy(carl, 80)
    expect([best()?.quantity, ...queue()]).toEqual([250n, plain, iceberg])
    // 50 of the other, then three whole tips of 200 and 40 of the last one, which shows the other 160.
    buy(carl, 690)
    expect(filledOf(plain)).toBe('gone')
    expect(filledOf(iceberg)).toBe(840n)
    expect(best()).toMatchObject({ quantity: 160n, hidden: 0n })
    expect(engine.verify(textHash).filter(({ holds }) => !holds)).toEqual([])
  })

  test('what is hidden fills an order that wants all of it', () => {
    const { anna, carl, sell, buy, filledOf } = market()
    const iceberg = sell(anna, 1_000, tip(100))
    buy(carl, 1_000, { timeInForce: 'fok' })
    expect(filledOf(iceberg)).toBe('gone')
  })

  test('what takes before it rests shows a whole tip of the rest', () => {
    const { anna, carl, sell, buy, best } = market()
    buy(carl, 150)
    sell(anna, 1_000, tip(200))
    expect(best()).toMatchObject({ quantity: 200n, hidden: 650n })
  })

  test('another tip goes to the end of the queue, and a plain order can become an iceberg', () => {
    const { engine, anna, ben, sell, best, queue } = market()
    const [first, second] = [sell(anna, 1_000), sell(ben, 10)]
    const change = { order: first, ...UNCHANGED, ...tip(300) }
    done(engine, 'orders.replace', change)
    expect([best()?.quantity, ...queue()]).toEqual([310n, second, first])
    // Less of it keeps its place: 250 are open, fewer than the tip.
    done(engine, 'orders.replace', { ...change, displayQuantity: null, quantity: 250n })
    expect(best()).toMatchObject({ quantity: 260n, hidden: 0n })
    const outcome = run(engine, 'orders.replace', { ...change, ...tip(99) })
    expect(outcome).toMatchObject({
      kind: 'refused',
      refusal: { data: { reason: 'display_quantity_invalid' } },
    })
  })

  test('takes part in an auction with all that it hides', () => {
    const { engine, instrument, anna, carl, sell, buy, filledOf } = market()
    const iceberg = sell(anna, 1_000, tip(100))
    done(engine, 'instruments.set_state', { instrument, state: 'auction', version: null })
    buy(carl, 750)
    done(engine, 'instruments.set_state', { instrument, state: 'open', version: null })
    expect(filledOf(iceberg)).toBe(750n)
    expect(engine.verify(textHash).filter(({ holds }) => !holds)).toEqual([])
  })

  // A tip of 100 lots at least, and less than 100 times of it hidden.
  test.each([
    [1_000, 100, null],
    [1_000, 99, 'display_quantity_invalid'],
    [10_099, 100, null],
    [10_100, 100, 'display_quantity_invalid'],
    [150, 150, null],
    [150, 151, null],
  ] as const)('%i with a tip of %i: %s', (quantity, shown, expected) => {
    const { engine, instrument, anna } = market()
    const asked = { account: anna, instrument, quantity, price: '0.50', ...tip(shown) } as never
    if (expected === null) expect(place(engine, asked)).toBeGreaterThan(0)
    else expect(placeFault(engine, asked)).toBe(expected)
  })

  test.each([
    ['market', { type: 'market', price: null, timeInForce: 'ioc' }],
    ['one that does not rest', { timeInForce: 'fok' }],
    ['all or none', { allOrNone: true }],
  ])('is no %s order', (_name, more) => {
    const { engine, instrument, anna, ben, sell } = market()
    sell(ben, 500)
    const asked = { account: anna, instrument, quantity: 500, price: '0.50', ...tip(100), ...more } as never
    expect(placeFault(engine, asked)).toBe('order_type_invalid')
  })

  test('is told with its tip, at its price', () => {
    const { engine, anna, sell } = market()
    const order = sell(anna, 1_000, tip(100))
    const read = engine.read('orders.get', { kind: 'system' }, { order }, engine.image.head.time)
    expect('result' in read && read.result).toMatchObject({
      price: at('0.50'),
      terms: { displayQuantity: 100n, shownUntil: 100n },
    })
  })
})
