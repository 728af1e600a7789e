import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { amount } from '../money/index.js'
import { count, flag, money, refOrNull, timeOrNull, value } from './column.js'
import { IdOrder } from './id-order.js'
import { BOOK_MAX, bookOf, counterOf, formatId, type Id, makeId, parseId } from './ids.js'
import { Image } from './image.js'
import { instant } from './instant.js'
import { Relation } from './relation.js'
import { WideSums } from './wide-sums.js'

describe('ids', () => {
  const COUNTER_MAX = 2 ** 43 - 1

  test('hold the largest book and counter in a number, exactly', () => {
    const id = makeId(BOOK_MAX, COUNTER_MAX)
    expect(id).toBe(2 ** 53 - 1)
    expect([bookOf(id), counterOf(id)]).toEqual([BOOK_MAX, COUNTER_MAX])
    expect(parseId('acc', formatId('acc', id))).toBe(id)
  })

  test('the counter ends at 43 bits', () => {
    expect(() => makeId(0, COUNTER_MAX + 1)).toThrow('below 2^43')
    expect(() => makeId(0, 0)).toThrow('below 2^43')
    const image = new Image(3)
    image.head = { ...image.head, idCounter: COUNTER_MAX - 1 }
    expect(counterOf(image.newId())).toBe(COUNTER_MAX)
    expect(() => image.newId()).toThrow('below 2^43')
  })

  test.each(['acc_0', 'acc_01', 'acc_-1', 'acc_9007199254740992', 'pty_1', 'acc_', 'acc_1 ', 'ACC_1'])(
    'are not read from %s',
    (text) => {
      expect(parseId('acc', text)).toBeUndefined()
    },
  )
})

const fields = {
  owner: refOrNull<Id>(),
  amount: money(),
  flag: flag(),
  count: count(),
  dueAt: timeOrNull(),
  value: value<string>(),
}

function makeTable() {
  const image = new Image()
  const table = image.table('things', 'thg', fields)
  const relation = new Relation(table, table.owner)
  const ids = new IdOrder(table)
  image.enrolDue(table, table.dueAt)
  const add = (more: Partial<Parameters<typeof table.insert>[1]> = {}) =>
    table.insert(image.newId(), {
      owner: null,
      amount: amount(0n),
      flag: false,
      count: 0,
      dueAt: null,
      value: '',
      ...more,
    })
  return { image, table, relation, ids, add }
}

describe('columns', () => {
  const wide = fc.bigInt({ min: -(2n ** 127n), max: 2n ** 127n - 1n })
  const edges = [
    2n ** 127n - 1n,
    -(2n ** 127n),
    2n ** 64n,
    2n ** 63n,
    2n ** 63n - 1n,
    -(2n ** 63n),
    -(2n ** 63n) - 1n,
    -1n,
  ]

  test('amounts keep 128 bits', () => {
    const { table, add } = makeTable()
    const row = add()
    fc.assert(
      fc.property(wide, (given) => {
        table.amount.set(row, amount(given))
        return table.amount.get(row) === given
      }),
      { examples: edges.map((edge) => [edge]) },
    )
  })

  test.each([2n ** 127n, -(2n ** 127n) - 1n])('an amount of %s is a broken rule, and undone', (given) => {
    const { image, table, add } = makeTable()
    const row = add({ amount: amount(7n) })
    const mark = image.work.mark()
    expect(() => table.amount.set(row, amount(given))).toThrow('within 128 bits')
    image.work.undoTo(mark)
    expect(table.amount.get(row)).toBe(7n)
  })

  test('a choice outside of its list is a broken rule', () => {
    const image = new Image()
    expect(() => image.table('x', 'xxx', { id: count() })).toThrow('no column of x to be called id')
  })
})

describe('the unit of work', () => {
  type Step = readonly [kind: number, place: number, value: number]
  const steps = fc.array(fc.tuple(fc.nat(6), fc.nat(), fc.nat(9)) as fc.Arbitrary<Step>, { maxLength: 60 })

  function change({ image, table, add }: ReturnType<typeof makeTable>, [kind, place, given]: Step): void {
    const ids = table.idsInOrder()
    const id = ids[place % Math.max(1, ids.length)]
    if (kind < 2 || id === undefined) {
      add({ owner: given === 0 ? null : (given as Id), dueAt: given > 5 ? instant(given) : null })
      return
    }
    const row = table.row(id)
    if (kind === 2) table.remove(row)
    if (kind === 3) table.owner.set(row, given === 0 ? null : (given as Id))
    if (kind === 4) table.amount.set(row, amount(BigInt(given) << 100n))
    if (kind === 5) table.dueAt.set(row, given === 0 ? null : instant(given))
    if (kind === 6) table.value.set(row, String(given))
    void image
  }

  const stateOf = ({ table, relation, ids }: ReturnType<typeof makeTable>) => ({
    rows: table.idsInOrder().map((id) => [table.row(id), ...table.encode(table.row(id))]),
    relation: [...relation.canonical()],
    ids: [...ids.canonical()],
  })

  test('undo restores rows, their places and what derives from them', () => {
    fc.assert(
      fc.property(steps, steps, (before, undone) => {
        const world = makeTable()
        for (const step of before) change(world, step)
        const was = stateOf(world)
        const mark = world.image.work.mark()
        for (const step of undone) change(world, step)
        world.image.work.undoTo(mark)
        expect(stateOf(world)).toEqual(was)
      }),
    )
  })

  test('after-images carry a row once, and rows that came and went not at all', () => {
    fc.assert(
      fc.property(steps, steps, (first, second) => {
        const world = makeTable()
        const copy = makeTable()
        for (const part of [first, second]) {
          for (const step of part) change(world, step)
          world.image.finishWork()
          copy.image.apply(world.image.seal(), world.image.head)
        }
        const shown = (each: typeof world) => stateOf(each).rows.map(([, ...row]) => row)
        expect(shown(copy)).toEqual(shown(world))
        expect([...copy.relation.canonical()]).toEqual([...world.relation.canonical()])
        expect([...copy.ids.canonical()]).toEqual([...world.ids.canonical()])
        expect(world.image.seal()).toEqual([])
      }),
    )
  })
})

describe('the due queue', () => {
  test('is in order of time, then table, then id, and forgets what has moved on', () => {
    const image = new Image()
    const [second, first] = [
      image.table('second', 'snd', { at: timeOrNull() }),
      image.table('first', 'fst', { at: timeOrNull() }),
    ]
    image.enrolDue(first, first.at)
    image.enrolDue(second, second.at)
    const add = (table: typeof first, at: number) => {
      const id = image.newId()
      table.insert(id as never, { at: instant(at) })
      return id
    }
    const late = add(first, 50)
    const b = add(second, 10)
    const c = add(first, 10)
    const d = add(first, 10)
    const gone = add(first, 5)
    first.remove(first.row(gone as never))
    const order: Id[] = []
    expect(image.due.nextAt()).toBe(10)
    for (let due = image.due.next(instant(40)); due !== undefined; due = image.due.next(instant(40))) {
      order.push(due.id)
      const table = due.table === first ? first : second
      table.at.set(table.row(due.id as never), null)
    }
    expect(order).toEqual([c, d, b])
    expect(image.due.nextAt()).toBe(50)
    first.at.set(first.row(late as never), instant(60))
    expect(image.due.nextAt()).toBe(60)
  })

  test('a row that is due again after undo is found again', () => {
    const { image, table, add } = makeTable()
    const row = add({ dueAt: instant(10) })
    const mark = image.work.mark()
    table.dueAt.set(row, null)
    expect(image.due.nextAt()).toBeUndefined()
    image.work.undoTo(mark)
    expect(image.due.nextAt()).toBe(10)
  })
})

describe('wide sums', () => {
  const leaf = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })

  test('add up exactly, whatever the order and signs', () => {
    fc.assert(
      fc.property(fc.array(leaf, { maxLength: 200 }), (given) => {
        const sums = new WideSums()
        sums.grow(1)
        let expected = 0n
        for (const each of given) {
          sums.add(0, each)
          expected += each
        }
        return sums.get(0) === expected
      }),
    )
  })

  test.each([2n ** 63n - 1n, -(2n ** 63n), 2n ** 51n - 1n, 1n - 2n ** 51n, 2n ** 51n, 2n ** 32n - 1n, -1n])(
    'stay exact where limbs are carried, adding %s three hundred thousand times over',
    (each) => {
      const sums = new WideSums()
      sums.grow(1)
      for (let times = 0; times < 300_000; times += 1) sums.add(0, each)
      expect(sums.get(0)).toBe(each * 300_000n)
    },
  )

  test.each([2n ** 116n, -(2n ** 116n), 0n, -1n])('keep a sum of %s', (sum) => {
    const sums = new WideSums()
    sums.grow(1)
    sums.put(0, sum)
    expect(sums.get(0)).toBe(sum)
  })
})
