/** What orders traded, by price: read from the execution reports of the orders that are shown. */
import type { Price, Quantity } from '@stemma/core'
import type { Call } from '../call.js'
import { FILLS } from './words.js'

interface FillRow {
  readonly execution: number
  readonly price: Price
  readonly quantity: Quantity
  readonly trade: number
}

const ROWS_OF_READ = 1_000
const ORDERS_OF_READ = 500

export class Fills {
  private readonly rows = new Map<number, FillRow[]>()

  /** Of these orders, whether they traded or not. */
  static async of(host: Call['host'], orders: readonly unknown[]): Promise<Fills> {
    const fills = new Fills()
    const ids = [...new Set(orders.map(Number))]
    for (let first = 0; first < ids.length; first += ORDERS_OF_READ)
      await fills.read(host, ids.slice(first, first + ORDERS_OF_READ))
    return fills
  }

  /** Of one order, oldest first, up to an execution report where one is named. */
  until(order: unknown, execution: unknown = null): readonly FillRow[] {
    const rows = this.rows.get(Number(order)) ?? []
    return execution === null ? rows : rows.filter((row) => row.execution <= Number(execution))
  }

  private async read(host: Call['host'], orders: readonly number[]): Promise<void> {
    for (let after: readonly number[] | null = null; ; ) {
      const found = await host.history('executions', {
        oneOf: { order: orders, type: FILLS },
        ...(after === null ? {} : { after }),
        limit: ROWS_OF_READ,
      })
      for (const row of found) {
        const own = this.rows.get(Number(row.order)) ?? []
        this.rows.set(Number(row.order), own)
        own.push({
          execution: Number(row.id),
          price: row.last_price as Price,
          quantity: row.last_quantity as Quantity,
          trade: Number(row.trade),
        })
      }
      const last = found.at(-1)
      if (found.length < ROWS_OF_READ || last === undefined) return
      after = [Number(last.id)]
    }
  }
}
