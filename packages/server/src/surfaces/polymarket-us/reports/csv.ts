/** Reports as CSV in a stream of `{"result":{"filechunk":"…"}}`, one message a line (section 8). */
import { Readable } from 'node:stream'
import type { HistoryRow } from '@stemma/core'
import type { Call } from '../call.js'
import { csvOf, csvText } from '../csv.js'
import { Download } from '../download.js'
import { executionShown } from '../trading/execution-object.js'
import { factsOfRow, orderShown } from '../trading/order-object.js'
import { TYPES_SHOWN } from '../trading/words.js'
import { type Asked, conditionsOf, readAsked, withOneOf } from './asked.js'
import { TABLE as EXECUTIONS, executionContext } from './executions.js'
import { contextOf, TABLE as ORDERS } from './orders.js'
import { readTrades, tradesShown } from './trades.js'

const TRADES_OF_CHUNK = 500

type Chunks = (call: Call, asked: Asked) => AsyncIterable<string>

const orders: Chunks = (call, asked) =>
  csvOf(call, {
    table: ORDERS,
    order: ['id'],
    query: conditionsOf(asked, 'updated_at'),
    async lines(rows) {
      const context = await contextOf(call, rows, asked.accounts)
      return Promise.all(rows.map((row) => orderShown(context, factsOfRow(row)).then(evened)))
    },
  })

const executions: Chunks = (call, asked) =>
  csvOf(call, {
    table: EXECUTIONS,
    order: ['id'],
    query: withOneOf(conditionsOf(asked, 'time'), { type: TYPES_SHOWN }),
    async lines(rows) {
      const context = await executionContext(call, rows, asked.accounts)
      return Promise.all(rows.map((row) => executionLine(context, row)))
    },
  })

/** The columns are the same whatever happened; the order is its id. */
async function executionLine(context: Parameters<typeof executionShown>[0], row: HistoryRow) {
  const shown = await executionShown(context, row)
  const { id, clordId, account, symbol, side, state } = shown.order as Readonly<Record<string, unknown>>
  const or = (name: string): unknown => shown[name] ?? ''
  return {
    id: shown.id,
    type: shown.type,
    orderId: id,
    clordId,
    account,
    symbol,
    side,
    orderState: state,
    lastShares: or('lastShares'),
    lastPx: or('lastPx'),
    tradeId: or('tradeId'),
    aggressor: or('aggressor'),
    commissionNotionalCollected: or('commissionNotionalCollected'),
    orderRejectReason: or('orderRejectReason'),
    unsolicitedCancelReason: or('unsolicitedCancelReason'),
    text: or('text'),
    transactTime: shown.transactTime,
  }
}

/** Fields that an order has only at times, as columns that are always there. */
const evened = (order: Readonly<Record<string, unknown>>) => ({
  goodTillTime: '',
  orderCapacity: '',
  manualOrderIndicator: '',
  selfMatchPreventionInstruction: '',
  submittingParticipant: '',
  ...order,
})

async function* trades(call: Call, asked: Asked): AsyncGenerator<string> {
  let header = true
  for (let after: readonly number[] | null = null; ; ) {
    const { trades: found, last } = await readTrades(call, asked, { size: TRADES_OF_CHUNK, after })
    const lines = (await tradesShown(call, asked, found)).map(
      ({ aggressor, passive, tradeDate: _date, ...trade }) => ({
        ...trade,
        aggressorExecutionId: aggressor?.id ?? '',
        passiveExecutionId: passive?.id ?? '',
      }),
    )
    if (lines.length > 0) yield csvText(lines, header)
    header = false
    if (last === null) return
    after = [Number(last.id)]
  }
}

const download =
  (name: string, chunks: Chunks) =>
  async (call: Call): Promise<unknown> => {
    const asked = await readAsked(call, [])
    return new Download('application/json', `${name}.json`, Readable.from(messages(chunks(call, asked))))
  }

async function* messages(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const filechunk of chunks) yield `${JSON.stringify({ result: { filechunk } })}\n`
}

export const ordersCsv = download('orders', orders)
export const executionsCsv = download('executions', executions)
export const tradesCsv = download('trades', trades)
