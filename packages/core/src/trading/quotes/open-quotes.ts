/** The quotes that are open, by what they are known by. Derived from the orders. */
import type { AccountId } from '../../hierarchy/index.js'
import { type Derived, NO_ROW, type Plain, type Row, type Table } from '../../image/index.js'
import type { InstrumentId } from '../../market/index.js'
import type { OrderId, orderFields, Side } from '../fields.js'

interface Known {
  readonly account: AccountId
  readonly instrument: InstrumentId
  readonly side: Side
  readonly group: string
}

const keyFor = ({ account, instrument, side, group }: Known): string =>
  `${account} ${instrument} ${side} ${group}`

export class OpenQuotes implements Derived {
  readonly name = 'open quotes'
  private readonly rows = new Map<string, Row>()

  constructor(private readonly orders: Table<OrderId, typeof orderFields>) {
    orders.hooks.push({
      inserted: (row) => {
        const key = this.keyOf(row)
        if (key !== null) this.rows.set(key, row)
      },
      removing: (row) => {
        const key = this.keyOf(row)
        // A batch that is replayed brings the next quote before it takes the last one away.
        if (key !== null && this.rows.get(key) === row) this.rows.delete(key)
      },
    })
  }

  /** The open quote, or NO_ROW. */
  find(known: Known): Row {
    return this.rows.get(keyFor(known)) ?? NO_ROW
  }

  *canonical(): Iterable<Plain> {
    for (const key of [...this.rows.keys()].sort()) yield [key, this.orders.id(this.rows.get(key) as Row)]
  }

  private keyOf(row: Row): string | null {
    const { orders } = this
    const { quote } = orders.terms.get(row)
    if (quote === undefined) return null
    const [account, instrument] = [orders.account.get(row), orders.instrument.get(row)]
    return keyFor({ account, instrument, side: orders.side.get(row), group: quote.group })
  }
}
