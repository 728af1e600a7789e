/** The position ledger of an account: what each fill, settlement and correction did to its positions (section 5.2). */
import { Readable } from 'node:stream'
import { type Amount, formatInstant, type HistoryQuery, type HistoryRow, type Instant } from '@stemma/core'
import { nameOf, readableAccount } from '../accounts.js'
import type { Call } from '../call.js'
import { csvOf } from '../csv.js'
import { Download } from '../download.js'
import { Fields } from '../fields.js'
import { Instruments } from '../instruments.js'
import { readHistory, readPage } from '../pages.js'
import { SCOPE } from './positions.js'

const TABLE = 'position_entries'
const ORDER = ['sequence', 'position']

interface Asked {
  readonly query: Omit<HistoryQuery, 'limit' | 'after'>
  lines(rows: readonly HistoryRow[]): Promise<readonly Readonly<Record<string, unknown>>[]>
}

async function readAsked(call: Call, fields: Fields): Promise<Asked> {
  const name = fields.requiredText('account')
  const symbol = fields.text('symbol')
  const [from, to] = [fields.instant('startTime'), fields.instant('endTime')]
  const newestFirst = fields.flag('newestFirst')
  const account = await readableAccount(call, name, SCOPE)
  const instruments = new Instruments(call.host)
  return {
    query: {
      equals: { account: account.id, ...(symbol === null ? {} : { symbol }) },
      ...(from === null ? {} : { from: { time: from } }),
      ...(to === null ? {} : { to: { time: to } }),
      newestFirst,
    },
    lines: (rows) => Promise.all(rows.map((row) => entryShown(instruments, nameOf(account), row))),
  }
}

async function entryShown(instruments: Instruments, account: string, row: HistoryRow) {
  const { scales } = await instruments.of(row.instrument)
  const money = (column: string): string => scales.notional(row[column] as Amount)
  return {
    id: `pl_${row.sequence}_${row.position}`,
    account,
    symbol: row.symbol,
    quantityChange: String(row.quantity_change),
    costChange: money('cost_change'),
    realizedChange: money('realized_change'),
    netPosition: String(row.quantity),
    cost: money('cost'),
    realized: money('realized'),
    updateTime: formatInstant(row.time as Instant),
    updateBusinessDate: row.business_date,
    description: row.description ?? '',
  }
}

export async function positionLedger(call: Call): Promise<unknown> {
  const fields = Fields.ofQuery(call.incoming.query)
  const page = readPage(fields)
  const { query, lines } = await readAsked(call, fields)
  const { rows, nextPageToken, eof } = await readHistory(call, TABLE, ORDER, query, page)
  return { entries: await lines(rows), nextPageToken, eof }
}

export async function downloadPositionLedger(call: Call): Promise<unknown> {
  const { query, lines } = await readAsked(call, Fields.ofQuery(call.incoming.query))
  const content = Readable.from(csvOf(call, { table: TABLE, order: ORDER, query, lines }))
  return new Download('text/csv; charset=utf-8', 'position-ledger.csv', content)
}
