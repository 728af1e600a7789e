/** The ids that clients give their orders: each names at most one open order of an account. */
import type { AccountId } from '../hierarchy/index.js'
import { type Derived, NO_ROW, type Plain, type Row, type Table } from '../image/index.js'
import type { OrderId, orderFields } from './fields.js'

export class ClientOrderIds implements Derived {
  readonly name = 'client order ids'
  private readonly byAccount = new Map<AccountId, Map<string, Row>>()

  constructor(private readonly orders: Table<OrderId, typeof orderFields>) {
    orders.hooks.push({
      inserted: (row) => this.enter(row, orders.clientOrderId.get(row)),
      removing: (row) => this.leave(row, orders.clientOrderId.get(row)),
    })
    orders.clientOrderId.watch((row, old) => {
      this.leave(row, old)
      this.enter(row, orders.clientOrderId.get(row))
    })
  }

  /** The open order of an account by its client's id, or NO_ROW. */
  find(account: AccountId, clientOrderId: string): Row {
    return this.byAccount.get(account)?.get(clientOrderId) ?? NO_ROW
  }

  *canonical(): Iterable<Plain> {
    for (const account of [...this.byAccount.keys()].sort((left, right) => left - right)) {
      const names = [...(this.byAccount.get(account) ?? [])].sort(([left], [right]) =>
        left < right ? -1 : 1,
      )
      yield [account, ...names.map(([name, row]) => [name, this.orders.id(row)])]
    }
  }

  private enter(row: Row, clientOrderId: string | null): void {
    if (clientOrderId === null) return
    const account = this.orders.account.get(row)
    const known = this.byAccount.get(account)
    if (known === undefined) this.byAccount.set(account, new Map([[clientOrderId, row]]))
    else known.set(clientOrderId, row)
  }

  private leave(row: Row, clientOrderId: string | null): void {
    if (clientOrderId === null) return
    const account = this.orders.account.get(row)
    const known = this.byAccount.get(account)
    if (known?.get(clientOrderId) === row) known.delete(clientOrderId)
    if (known?.size === 0) this.byAccount.delete(account)
  }
}
