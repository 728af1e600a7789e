/**
 * The orders that end with their instrument, in order of id: those of the day as it closes, all as it is over. What a
 * venue is asked to cancel already waits for the venue's word, and is not in it.
 */
import type { Derived, Plain, Row, Table } from '../image/index.js'
import type { InstrumentId } from '../market/index.js'
import type { OrderId, orderFields } from './fields.js'

/** Rows in the order in which they came. New ids are the largest; one that comes out of turn has them sorted when read. */
interface Queue {
  rows: Set<Row>
  latest: number
  isSorted: boolean
}

interface OfInstrument {
  readonly day: Queue
  readonly lasting: Queue
}

const emptyQueue = (): Queue => ({ rows: new Set(), latest: 0, isSorted: true })

export class EndingOrders implements Derived {
  readonly name = 'orders that end with their instrument'
  private readonly instruments = new Map<InstrumentId, OfInstrument>()

  constructor(private readonly orders: Table<OrderId, typeof orderFields>) {
    orders.hooks.push({ inserted: (row) => this.enter(row), removing: (row) => this.leave(row) })
    const restate = (row: Row): void => {
      this.leave(row)
      this.enter(row)
    }
    orders.timeInForce.watch(restate)
    orders.state.watch((row, before) => {
      if (before === 'pending_cancel' || orders.state.get(row) === 'pending_cancel') restate(row)
    })
  }

  /** The first of them in order of id, at most `count`. */
  first(instrument: InstrumentId, which: 'day' | 'all', count: number): Row[] {
    const own = this.instruments.get(instrument)
    if (own === undefined) return []
    const day = firstOf(this.sorted(own.day), count)
    if (which === 'day') return day
    const all = [...day, ...firstOf(this.sorted(own.lasting), count)]
    return all.sort((left, right) => this.orders.id(left) - this.orders.id(right)).slice(0, count)
  }

  *canonical(): Iterable<Plain> {
    for (const instrument of [...this.instruments.keys()].sort((left, right) => left - right)) {
      const { day, lasting } = this.instruments.get(instrument) as OfInstrument
      yield [
        instrument,
        ...[day, lasting].map((queue) => [...this.sorted(queue)].map((row) => this.orders.id(row))),
      ]
    }
  }

  private enter(row: Row): void {
    const { orders } = this
    if (orders.state.get(row) === 'pending_cancel') return
    const instrument = orders.instrument.get(row)
    const own = this.instruments.get(instrument) ?? { day: emptyQueue(), lasting: emptyQueue() }
    this.instruments.set(instrument, own)
    const queue = orders.timeInForce.get(row) === 'day' ? own.day : own.lasting
    const id = orders.id(row)
    queue.rows.add(row)
    if (id < queue.latest) queue.isSorted = false
    else queue.latest = id
  }

  private leave(row: Row): void {
    const instrument = this.orders.instrument.get(row)
    const own = this.instruments.get(instrument)
    if (own === undefined) return
    if (!own.day.rows.delete(row)) own.lasting.rows.delete(row)
    if (own.day.rows.size + own.lasting.rows.size === 0) this.instruments.delete(instrument)
  }

  private sorted(queue: Queue): Iterable<Row> {
    if (queue.isSorted) return queue.rows
    const { orders } = this
    queue.rows = new Set([...queue.rows].sort((left, right) => orders.id(left) - orders.id(right)))
    queue.isSorted = true
    return queue.rows
  }
}

function firstOf(rows: Iterable<Row>, count: number): Row[] {
  const found: Row[] = []
  for (const row of rows) {
    if (found.length === count) break
    found.push(row)
  }
  return found
}
