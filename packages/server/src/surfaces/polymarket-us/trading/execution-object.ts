/** The venue's Execution object (section 4.6), made of a row of the history of execution reports. */
import { type Amount, formatInstant, type HistoryRow, type Instant, type Price } from '@stemma/core'
import { commissionShown } from './commissions.js'
import { idShown } from './ids.js'
import { factsTold, type OrderContext, orderShown } from './order-object.js'
import {
  EXECUTION_TYPES,
  FILLS,
  REJECTIONS,
  rejectReasonShown,
  rejectTextShown,
  unsolicitedShown,
  unsolicitedText,
} from './words.js'

const includes = (list: readonly string[], type: unknown): boolean => list.includes(String(type))

export async function executionShown(
  context: OrderContext,
  row: HistoryRow,
): Promise<Readonly<Record<string, unknown>>> {
  const facts = factsTold(row.snapshot ?? {})
  const as = { execution: row.id, ...(row.type === 'replaced' ? { state: 'replaced' } : {}) }
  const isFilled = includes(FILLS, row.type)
  return {
    id: idShown(row.id),
    type: EXECUTION_TYPES.shown(row.type),
    order: await orderShown(context, facts, as),
    ...(isFilled ? await fillOf(context, row) : { lastShares: '0', lastPx: '0' }),
    ...(includes(REJECTIONS, row.type) ? rejectionOf(row) : unsolicitedOf(row)),
    transactTime: formatInstant(row.time as Instant),
    transactTradeDate: dateShown(String(row.business_date)),
    traceId: '',
  }
}

async function fillOf({ lookup }: OrderContext, row: HistoryRow) {
  const listed = await lookup.instruments.of(row.instrument)
  const { scales } = listed
  const [fee, price] = [row.fee as Amount, row.last_price as Price]
  return {
    lastShares: String(row.last_quantity),
    lastPx: scales.price(price),
    tradeId: idShown(row.trade),
    aggressor: row.is_aggressor === true,
    commissionNotionalCollected: commissionShown(listed, fee, factsTold(row.snapshot ?? {}), price),
  }
}

const rejectionOf = ({ reason, text }: HistoryRow) => ({
  orderRejectReason: rejectReasonShown(reason),
  text: rejectTextShown(String(text ?? '')),
})

function unsolicitedOf({ unsolicited }: HistoryRow) {
  const reason = unsolicitedShown(unsolicited)
  return reason === null ? {} : { unsolicitedCancelReason: reason, text: unsolicitedText(unsolicited) }
}

/** `2026-01-31` as the venue's date. */
export function dateShown(date: string) {
  const [year, month, day] = date.split('-').map(Number)
  return { year, month, day }
}
