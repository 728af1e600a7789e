/** Orders that have ended, and what happened to those that wait for a price (section 6.3). */
import type { HistoryRow, Plain } from '@stemma/core'
import { accountRead, type Method, type PrivateCall } from './call.js'
import { invalidParam } from './errors.js'
import {
  type Contract,
  contractAsked,
  contracts,
  currencyNamed,
  filterAsked,
  isOfFilter,
} from './instruments.js'
import { priceOr, priceShown, quantityShown } from './numbers.js'
import {
  factsOf,
  isLiquidation,
  numberShown,
  type OrderFacts,
  orderShown,
  TRIGGERS_SHOWN,
  TYPES_SHOWN,
} from './orders.js'

const COUNT_MAX = 1_000
const COUNT_DEFAULT = 20
const OFFSET_MAX = 1_000_000
const PAGE = 1_000
/** Rows that one call looks through: where fewer are wanted ones, the next page goes on behind. */
export const ROWS_OF_CALL_MAX = 10_000
const ENDED = ['filled', 'cancelled', 'expired', 'rejected']

/** What a token of ours says: the number of the last row of the page before. */
export function continuationAsked({ params }: Pick<PrivateCall, 'params'>): number | null {
  const text = params.text('continuation')
  if (text === null || text === 'none') return null
  if (!/^[1-9]\d{0,15}$/.test(text)) throw invalidParam('continuation', 'must be one that an answer gave')
  return Number(text)
}

interface Read {
  readonly call: PrivateCall
  readonly table: 'orders' | 'executions'
  readonly oneOf: Readonly<Record<string, readonly Plain[]>>
  readonly after: number | null
  readonly isWanted: (row: HistoryRow) => boolean
  readonly wanted: number
}

/** Rows of the account, the newest first, and the id behind which others may be; null at the end. */
async function readBack({ call, table, oneOf, after, isWanted, wanted }: Read) {
  const equals = { account: accountRead(call) }
  const found: HistoryRow[] = []
  let last = after
  for (let looked = 0; looked < ROWS_OF_CALL_MAX; looked += PAGE) {
    const cursor = last === null ? {} : { after: [last] }
    const rows = await call.host.history(table, { equals, oneOf, newestFirst: true, limit: PAGE, ...cursor })
    for (const row of rows) {
      if (!isWanted(row)) continue
      if (found.length === wanted) return { found, next: Number(found.at(-1)?.id) }
      found.push(row)
    }
    if (rows.length < PAGE) return { found, next: null }
    last = Number(rows.at(-1)?.id)
  }
  return { found, next: last }
}

/** Of the newest orders of the account those that have ended and are wanted, as many as a page holds. */
export async function recentlyEnded(
  call: PrivateCall,
  isWanted: (facts: OrderFacts) => boolean,
): Promise<readonly OrderFacts[]> {
  const { found } = await readBack({
    call,
    table: 'orders',
    oneOf: { state: ENDED },
    after: null,
    isWanted: (row) => isWanted(factsOf(row)),
    wanted: COUNT_MAX,
  })
  return found.map(factsOf)
}

async function history(call: PrivateCall, isOfCall: (contract: Contract) => boolean): Promise<unknown> {
  const { params } = call
  const count = params.count('count', COUNT_DEFAULT, COUNT_MAX)
  const offset = params.count('offset', 0, OFFSET_MAX, 0)
  const isUnfilledToo = params.flag('include_unfilled')
  // What is older than two days is found with and without them.
  params.flag('include_old')
  params.flag('historical')
  const byId = await contractsById(call, isOfCall)
  const orders = await ended(call, { byId, isUnfilledToo, wanted: offset + count })
  const shown = orders.found.slice(offset).map((row) => {
    const facts = factsOf(row)
    return orderShown(facts, byId.get(facts.instrument) as Contract)
  })
  if (!params.flag('with_continuation')) return shown
  return { orders: shown, continuation: orders.next === null ? null : String(orders.next) }
}

interface Ended {
  readonly byId: ReadonlyMap<number, Contract>
  readonly isUnfilledToo: boolean
  readonly wanted: number
}

/** Where it is not said that a page may be short, it is read until it is whole. */
async function ended(call: PrivateCall, { byId, isUnfilledToo, wanted }: Ended) {
  const found: HistoryRow[] = []
  let after = continuationAsked(call)
  do {
    const step = await readBack({
      call,
      table: 'orders',
      oneOf: { state: ENDED },
      after,
      isWanted: (row) => byId.has(Number(row.instrument)) && (isUnfilledToo || (row.filled as bigint) > 0n),
      wanted: wanted - found.length,
    })
    found.push(...step.found)
    after = step.next
  } while (after !== null && found.length < wanted && !call.params.flag('with_continuation'))
  return { found, next: after }
}

async function contractsById(
  call: PrivateCall,
  isOfCall: (contract: Contract) => boolean,
): Promise<ReadonlyMap<number, Contract>> {
  return new Map((await contracts(call)).filter(isOfCall).map((contract) => [contract.id, contract]))
}

async function byCurrency(call: PrivateCall): Promise<unknown> {
  currencyNamed(call.params)
  const filter = filterAsked(call.params)
  return history(call, (contract) => isOfFilter(contract, filter))
}

async function byInstrument(call: PrivateCall): Promise<unknown> {
  const { id } = await contractAsked(call)
  return history(call, (contract) => contract.id === id)
}

/** Reports of an order that waits, by the words that the venue has for them. */
const TRIGGER_STATES: Readonly<Record<string, string>> = {
  accepted: 'new',
  replaced: 'new',
  triggered: 'triggered',
  cancelled: 'cancelled',
  expired: 'cancelled',
  rejected: 'rejected',
}

async function triggerHistory(call: PrivateCall): Promise<unknown> {
  const currency = currencyNamed(call.params)
  const only = call.params.has('instrument_name') ? (await contractAsked(call)).id : null
  const byId = await contractsById(
    call,
    (contract) => contract.currency === currency && (only === null || contract.id === only),
  )
  const { found, next } = await readBack({
    call,
    table: 'executions',
    oneOf: { type: Object.keys(TRIGGER_STATES) },
    after: continuationAsked(call),
    isWanted: (row) => byId.has(Number(row.instrument)) && snapshotOf(row).stopPrice !== null,
    wanted: call.params.count('count', COUNT_DEFAULT, COUNT_MAX),
  })
  return {
    entries: found.map((row) => triggerShown(row, byId.get(Number(row.instrument)) as Contract)),
    continuation: next === null ? null : String(next),
  }
}

const snapshotOf = (row: HistoryRow): OrderFacts => factsOf((row.snapshot ?? {}) as HistoryRow)

function triggerShown(row: HistoryRow, contract: Contract): Readonly<Record<string, unknown>> {
  const facts = snapshotOf(row)
  const { terms } = facts
  const state = TRIGGER_STATES[String(row.type)]
  return {
    timestamp: Math.floor(Number(row.time) / 1_000),
    last_update_timestamp: Math.floor(facts.updatedAt / 1_000),
    instrument_name: contract.symbol,
    order_id: state === 'triggered' ? numberShown(facts.id, contract) : null,
    trigger_order_id: numberShown(facts.id, contract),
    order_state: state,
    request: state === 'cancelled' ? 'trigger:cancel' : 'trigger:order',
    order_type: TYPES_SHOWN[facts.type],
    direction: facts.side,
    amount: quantityShown(facts.quantity, contract.quantityScale),
    price: priceOr(facts.price, 'market_price'),
    trigger: TRIGGERS_SHOWN[terms.trigger ?? 'last_trade'],
    trigger_price: facts.stopPrice === null ? null : priceShown(facts.stopPrice),
    label: terms.label ?? '',
    post_only: terms.postOnly,
    reduce_only: terms.reduceOnly,
    is_liquidation: isLiquidation(facts),
  }
}

const reads = (name: string, answer: (call: PrivateCall) => unknown): Method => ({
  name: `private/${name}`,
  kind: 'private',
  scope: 'trade:read',
  answer,
})

export const ORDER_HISTORY_METHODS: readonly Method[] = [
  reads('get_order_history_by_currency', byCurrency),
  reads('get_order_history_by_instrument', byInstrument),
  reads('get_trigger_order_history', triggerHistory),
]
