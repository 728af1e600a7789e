/**
 * The history of trading, read off its events: orders as they ended or stand, execution reports one by one, and what
 * each fill did to a position. A trade is the two executions that carry its id.
 */
import type { Event, HistoryColumn, HistoryRow, HistoryTable, Plain } from '../image/index.js'
import { businessDateOf } from '../ledger/index.js'
import type { PositionChange } from './positions.js'

const number = (name: string): HistoryColumn => ({ name, kind: 'number' })
const text = (name: string): HistoryColumn => ({ name, kind: 'text' })
const exact = (name: string): HistoryColumn => ({ name, kind: 'amount' })
const flag = (name: string): HistoryColumn => ({ name, kind: 'flag' })
const json = (name: string): HistoryColumn => ({ name, kind: 'json' })

type Told = { readonly [key: string]: Plain }

const isReport = ({ kind }: Event): boolean => kind.startsWith('order.')
const isCorrection = ({ kind }: Event): boolean => kind.startsWith('trade.')
const orderIn = (event: Event): Told => (event.data.order ?? {}) as Told
const of = (told: Told, name: string): Plain => told[name] ?? null

/** The columns of an order, as they are called in its event. */
const ORDER_FIELDS: readonly (readonly [HistoryColumn, string])[] = [
  [number('account'), 'account'],
  [number('instrument'), 'instrument'],
  [text('symbol'), 'symbol'],
  [text('client_order_id'), 'clientOrderId'],
  [number('user'), 'user'],
  [number('submitted_by'), 'submittedBy'],
  [text('side'), 'side'],
  [text('type'), 'type'],
  [text('time_in_force'), 'timeInForce'],
  [text('state'), 'state'],
  [exact('price'), 'price'],
  [exact('stop_price'), 'stopPrice'],
  [flag('is_triggered'), 'isTriggered'],
  [exact('quantity'), 'quantity'],
  [exact('filled'), 'filled'],
  [exact('cost'), 'cost'],
  [exact('fees'), 'fees'],
  [number('fee_schedule'), 'feeSchedule'],
  [number('expires_at'), 'expiresAt'],
  [json('terms'), 'terms'],
  [number('created_at'), 'createdAt'],
  [number('entered_at'), 'enteredAt'],
  [number('updated_at'), 'updatedAt'],
]

/** Every order that was ever placed, as it stands: open ones too. */
export const ORDERS: HistoryTable = {
  name: 'orders',
  columns: [
    number('id'),
    ...ORDER_FIELDS.map(([column]) => column),
    text('reason'),
    number('last_execution'),
    number('last_trade'),
    text('business_date'),
    number('sequence'),
    text('path'),
  ],
  key: ['id'],
  indexes: [
    ['account', 'id'],
    ['path', 'id'],
    ['account', 'client_order_id'],
  ],
  order: ['id'],
  rows(event) {
    // A replacement that was rejected leaves the order as it was; a correction is of its trade.
    if (!isReport(event)) return NO_ROWS
    const order = orderIn(event)
    return [
      {
        id: of(order, 'id'),
        ...Object.fromEntries(ORDER_FIELDS.map(([{ name }, key]) => [name, of(order, key)])),
        reason: of(event.data, 'reason') ?? of(event.data, 'unsolicited'),
        last_execution: of(event.data, 'execution'),
        last_trade: of(event.data, 'trade'),
        business_date: businessDateOf(event.time),
        sequence: event.sequence,
        path: event.paths[0] ?? null,
      },
    ]
  },
}

/** Execution reports, numbered; those of a trade carry its id. */
export const EXECUTIONS: HistoryTable = {
  name: 'executions',
  columns: [
    number('id'),
    number('sequence'),
    number('position'),
    number('time'),
    text('business_date'),
    text('type'),
    number('order'),
    text('client_order_id'),
    number('account'),
    number('instrument'),
    text('symbol'),
    text('side'),
    exact('last_price'),
    exact('last_quantity'),
    exact('notional'),
    exact('fee'),
    number('trade'),
    number('counter_execution'),
    flag('is_aggressor'),
    text('reason'),
    text('text'),
    text('unsolicited'),
    number('corrects'),
    /** Of a trade: its number by instrument, where the price went, and what the market stood at. */
    number('trade_number'),
    text('tick_direction'),
    exact('mark_price'),
    exact('index_price'),
    /** What a fill realized. */
    exact('realized'),
    /** The order as it stood after it. */
    json('snapshot'),
    text('path'),
  ],
  key: ['id'],
  indexes: [
    ['account', 'id'],
    ['order', 'id'],
    ['trade', 'id'],
    ['path', 'id'],
    ['symbol', 'id'],
  ],
  order: ['id'],
  isAppended: true,
  fieldsOfEvent: { snapshot: 'order' },
  rows(event) {
    if (!isReport(event) && !isCorrection(event)) return NO_ROWS
    const { data } = event
    const order = orderIn(event)
    return [
      {
        id: of(data, 'execution'),
        sequence: event.sequence,
        position: event.index,
        time: event.time,
        business_date: businessDateOf(event.time),
        type: isCorrection(event) ? event.kind.slice('trade.'.length) : of(data, 'type'),
        order: of(order, 'id'),
        client_order_id: of(order, 'clientOrderId'),
        account: of(order, 'account'),
        instrument: of(order, 'instrument'),
        symbol: of(data, 'symbol'),
        side: of(order, 'side'),
        last_price: of(data, 'lastPrice'),
        last_quantity: of(data, 'lastQuantity'),
        notional: of(data, 'notional'),
        fee: of(data, 'fee'),
        trade: of(data, 'trade'),
        counter_execution: of(data, 'counterExecution'),
        is_aggressor: of(data, 'isAggressor'),
        reason: of(data, 'reason'),
        text: of(data, 'text'),
        unsolicited: of(data, 'unsolicited'),
        corrects: of(data, 'corrects'),
        trade_number: of(data, 'tradeNumber'),
        tick_direction: of(data, 'tickDirection'),
        mark_price: of(data, 'markPrice'),
        index_price: of(data, 'indexPrice'),
        realized: of((data.position ?? {}) as Told, 'realizedChange'),
        snapshot: of(data, 'order'),
        path: event.paths[0] ?? null,
      },
    ]
  },
}

/** What each fill, settlement or correction did to a position, and where it stood then. */
export const POSITION_ENTRIES: HistoryTable = {
  name: 'position_entries',
  columns: [
    number('sequence'),
    number('position'),
    number('time'),
    text('business_date'),
    number('account'),
    number('instrument'),
    text('symbol'),
    text('type'),
    exact('quantity_change'),
    exact('cost_change'),
    exact('realized_change'),
    exact('quantity'),
    exact('cost'),
    exact('realized'),
    exact('bought'),
    exact('sold'),
    exact('quantity_at_open'),
    number('execution'),
    number('trade'),
    text('description'),
    text('subject'),
    text('path'),
  ],
  key: ['sequence', 'position'],
  indexes: [
    ['account', 'sequence', 'position'],
    ['account', 'instrument', 'sequence'],
    ['path', 'sequence', 'position'],
  ],
  order: ['sequence', 'position'],
  isAppended: true,
  rows(event) {
    const own = event.data.position as PositionChange | undefined
    if (own === undefined || typeof own !== 'object' || own === null) return NO_ROWS
    const counter = event.data.counterPosition as (PositionChange & { readonly path: string }) | undefined
    const rows = [rowOf(event, own, 0, event.paths[0] ?? null)]
    if (counter !== undefined) rows.push(rowOf(event, counter, 1, counter.path))
    return rows
  },
}

/** An event has at most two sides. */
const SIDES_OF_EVENT = 2

function rowOf(event: Event, change: PositionChange, side: number, path: string | null): HistoryRow {
  return {
    sequence: event.sequence,
    position: event.index * SIDES_OF_EVENT + side,
    time: event.time,
    business_date: businessDateOf(event.time),
    account: change.account,
    instrument: change.instrument,
    symbol: of(event.data, 'symbol'),
    type: event.kind,
    quantity_change: change.quantityChange,
    cost_change: change.costChange,
    realized_change: change.realizedChange,
    quantity: change.quantity,
    cost: change.cost,
    realized: change.realized,
    bought: change.bought,
    sold: change.sold,
    quantity_at_open: change.quantityAtOpen,
    execution: of(event.data, 'execution'),
    trade: of(event.data, 'trade'),
    description: of(event.data, 'description'),
    subject: event.subject,
    path,
  }
}

/** Positions that were settled, at the end of a session and when their instrument was, and debts that the house paid. */
export const SETTLEMENTS: HistoryTable = {
  name: 'settlements',
  columns: [
    number('sequence'),
    number('position'),
    number('time'),
    number('account'),
    number('instrument'),
    text('symbol'),
    /** Of what an account owed and the house paid; others settle in the currency of their instrument. */
    text('currency'),
    text('type'),
    /** At which it was settled, and what it follows stood at. */
    exact('price'),
    exact('index_price'),
    exact('quantity'),
    /** What the session had realized, what was open, and the funding; of a delivery what closing it realized. */
    exact('realized'),
    exact('unrealized'),
    exact('funding'),
    /** What was paid to the account. */
    exact('amount'),
    text('path'),
  ],
  key: ['sequence', 'position'],
  indexes: [
    ['account', 'sequence', 'position'],
    ['instrument', 'sequence', 'position'],
  ],
  order: ['sequence', 'position'],
  isAppended: true,
  rows(event) {
    const type = SETTLEMENT_TYPES[event.kind]
    if (type === undefined) return NO_ROWS
    const { data } = event
    const closed = (data.position ?? {}) as {
      readonly quantityChange?: bigint
      readonly realizedChange?: bigint
    }
    return [
      {
        sequence: event.sequence,
        position: event.index,
        time: event.time,
        account: of(data, 'account'),
        instrument: of(data, 'instrument'),
        symbol: of(data, 'symbol'),
        currency: of(data, 'currency'),
        type,
        price: of(data, 'price'),
        index_price: of(data, 'indexPrice'),
        quantity: closed.quantityChange === undefined ? of(data, 'quantity') : -closed.quantityChange,
        realized: closed.realizedChange ?? of(data, 'realized'),
        unrealized: of(data, 'unrealized'),
        funding: of(data, 'funding'),
        amount: of(data, 'amount'),
        path: event.paths[0] ?? null,
      },
    ]
  },
}

const SETTLEMENT_TYPES: Readonly<Record<string, string>> = {
  'position.session_settled': 'settlement',
  'position.settled': 'delivery',
  'account.bankruptcy_covered': 'bankruptcy',
}

const NO_ROWS: readonly HistoryRow[] = []

export const TRADING_HISTORY: readonly HistoryTable[] = [ORDERS, EXECUTIONS, POSITION_ENTRIES, SETTLEMENTS]
