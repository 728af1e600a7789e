/**
 * A trade as its correction needs it: both sides, read from their execution reports. One that took the place of another
 * has no fills of its own; its sides and fees are those of the executions that it corrects.
 */
import type { HistoryRow, Plain } from '@stemma/core'
import type { Host } from '../../../services.js'

/** A trade has two executions; one that is a correction has two that take back besides, and a bust has two more. */
const EXECUTIONS_OF_TRADE_MAX = 6
const BOOKED = new Set(['partially_filled', 'filled', 'corrected'])

/** Null where history has no such trade. */
export async function tradedOf(host: Host, trade: number): Promise<Plain> {
  const rows = await host.history('executions', {
    equals: { trade },
    newestFirst: true,
    limit: EXECUTIONS_OF_TRADE_MAX,
  })
  // Of a correction, what takes back is told before what books anew.
  const sides = rows.filter(({ type }) => BOOKED.has(String(type))).slice(0, 2)
  const [first] = sides
  if (first === undefined) return null
  const told = await Promise.all(sides.map(async (row) => ({ row, origin: await originOf(host, row) })))
  const sideOf = (side: string): Plain => {
    const found = told.find(({ row }) => row.side === side)
    if (found === undefined) throw new Error(`expected the ${side} side of trade ${trade} in history`)
    const { row, origin } = found
    return {
      account: row.account ?? null,
      order: row.order ?? null,
      execution: row.id ?? null,
      fee: origin.fee ?? 0n,
      feeSchedule: ((origin.snapshot ?? {}) as { readonly feeSchedule?: Plain }).feeSchedule ?? null,
    }
  }
  return {
    trade,
    instrument: first.instrument ?? null,
    price: first.last_price ?? null,
    quantity: first.last_quantity ?? null,
    buyer: sideOf('buy'),
    seller: sideOf('sell'),
  }
}

/** The fill behind a correction, or behind a correction of one. */
async function originOf(host: Host, row: HistoryRow): Promise<HistoryRow> {
  let origin = row
  while (origin.corrects !== null) {
    const [earlier] = await host.history('executions', { equals: { id: origin.corrects ?? null }, limit: 1 })
    if (earlier === undefined)
      throw new Error(`expected what execution ${String(row.id)} corrects in history`)
    origin = earlier
  }
  return origin
}
