/**
 * Trades of the caller's accounts (section 8). A trade is its executions; the side of an account that the caller does
 * not read stays empty, so that nobody learns who was on the other side.
 */
import type { HistoryRow, Price } from '@stemma/core'
import { formatInstant, type Instant } from '@stemma/core'
import type { Call } from '../call.js'
import type { Fields } from '../fields.js'
import { type PageAsked, readHistory, tokenOf } from '../pages.js'
import { dateShown, executionShown } from '../trading/execution-object.js'
import { idShown } from '../trading/ids.js'
import type { OrderContext } from '../trading/order-object.js'
import { FILLS } from '../trading/words.js'
import {
  type Asked,
  type Conditions,
  conditionsOf,
  idCondition,
  readAsked,
  withEquals,
  withOneOf,
} from './asked.js'
import { executionContext, ORDER, TABLE } from './executions.js'

const FILTERS = ['orderId', 'tradeId', 'execId', 'states', 'tradeLinkId']
const ROWS_OF_READ = 1_000
const STATES = {
  made: 'TRADE_STATE_CLEARED',
  busted: 'TRADE_STATE_BUSTED',
  corrected: 'TRADE_STATE_CORRECTED',
}

export async function searchTrades(call: Call): Promise<unknown> {
  const asked = await readAsked(call, FILTERS)
  const { trades, nextPageToken } = await readTrades(call, asked, asked.page)
  return { trade: await tradesShown(call, asked, trades), nextPageToken }
}

export interface Trade {
  readonly id: number
  readonly state: keyof typeof STATES
  /** Its executions that the caller may see. */
  readonly rows: readonly HistoryRow[]
}

/** Trades are numbered by their executions: a page ends behind all of those of its last trade. */
export async function readTrades(
  call: Call,
  asked: Asked,
  page: PageAsked,
): Promise<{
  readonly trades: readonly Trade[]
  readonly nextPageToken: string
  readonly last: HistoryRow | null
}> {
  const { fields } = asked
  const wanted = statesIn(fields)
  if (fields.has('tradeLinkId')) return { trades: [], nextPageToken: '', last: null }
  const found = new Map<number, HistoryRow[]>()
  let last: HistoryRow | null = null
  for (let { after } = page; ; ) {
    const read = await readHistory(call, TABLE, ORDER, queryOf(asked), { size: ROWS_OF_READ, after })
    for (const row of read.rows) {
      const rows = found.get(Number(row.trade))
      if (rows !== undefined) rows.push(row)
      else if (found.size === page.size)
        return {
          trades: await completed(call, asked, found, wanted),
          nextPageToken: tokenOf(ORDER, last ?? row),
          last,
        }
      else found.set(Number(row.trade), [row])
      last = row
    }
    if (read.eof || last === null)
      return { trades: await completed(call, asked, found, wanted), nextPageToken: '', last: null }
    after = [Number(last.id)]
  }
}

function queryOf(asked: Asked): Conditions {
  const { fields } = asked
  const query = withEquals(conditionsOf(asked, 'time'), {
    ...idCondition(fields, 'orderId', 'order'),
    ...idCondition(fields, 'tradeId', 'trade'),
    ...idCondition(fields, 'execId', 'id'),
  })
  return withOneOf(query, { type: FILLS })
}

/** Unknown names filter nothing. */
function statesIn(fields: Fields): readonly string[] {
  return fields.texts('states').filter((name) => Object.values(STATES).includes(name))
}

/** The caller's other side of each, where it has both, and what became of the trade afterwards. */
async function completed(
  { host }: Call,
  { accounts }: Asked,
  found: ReadonlyMap<number, readonly HistoryRow[]>,
  wanted: readonly string[],
): Promise<readonly Trade[]> {
  if (found.size === 0) return []
  const account = accounts.map(({ id }) => id)
  const trade = [...found.keys()]
  // Two sides of a trade, and two of what it was busted by.
  const sides = await host.history(TABLE, { oneOf: { trade, account }, limit: trade.length * 4 })
  const fills = sides.filter(({ type }) => (FILLS as readonly unknown[]).includes(type))
  const busted = new Set(sides.filter(({ type }) => type === 'busted').map((row) => Number(row.trade)))
  const corrections = await host.history(TABLE, {
    equals: { type: 'corrected' },
    oneOf: { account, corrects: fills.map(({ id }) => id ?? null) },
    limit: fills.length * 2,
  })
  const corrected = new Set(corrections.map(({ corrects }) => Number(corrects)))
  return trade
    .map((id): Trade => {
      const rows = fills.filter((row) => Number(row.trade) === id)
      const isCorrected = rows.some((row) => corrected.has(Number(row.id)))
      return { id, rows, state: busted.has(id) ? 'busted' : isCorrected ? 'corrected' : 'made' }
    })
    .filter(({ state }) => wanted.length === 0 || wanted.includes(STATES[state]))
}

export async function tradesShown(call: Call, { accounts }: Asked, trades: readonly Trade[]) {
  const context = await executionContext(
    call,
    trades.flatMap(({ rows }) => rows),
    accounts,
  )
  return Promise.all(trades.map((trade) => tradeShown(context, trade)))
}

export async function tradeShown(context: OrderContext, { id, state, rows }: Trade) {
  const [first] = rows
  if (first === undefined) throw new Error(`expected executions of trade ${id}`)
  const { scales } = await context.lookup.instruments.of(first.instrument)
  const side = async (isAggressor: boolean) => {
    const row = rows.find(({ is_aggressor: takes }) => takes === isAggressor)
    return row === undefined ? null : executionShown(context, row)
  }
  return {
    id: idShown(id),
    symbol: first.symbol,
    state: STATES[state],
    px: scales.price(first.last_price as Price),
    qty: String(first.last_quantity),
    priceScale: String(scales.priceScale),
    fractionalQuantityScale: String(scales.quantityScale),
    aggressor: await side(true),
    passive: await side(false),
    transactTime: formatInstant(first.time as Instant),
    tradeDate: dateShown(String(first.business_date)),
  }
}
