/** Orders that are changed or taken back: replace and cancel, one or a list (sections 4.1 and 4.4). */
import type { HistoryRow, OrderId, Quantity, ReplaceOrder } from '@stemma/core'
import type { Request, Settled } from '../../../services.js'
import { bodyOf, type Call } from '../call.js'
import { fromRefusal, invalid } from '../errors.js'
import { Fields } from '../fields.js'
import { Instruments } from '../instruments.js'
import { findOrder, isOpen, type OrderNamed } from './find-order.js'
import { requestsIn, tooLate } from './insert.js'
import { ORDER_STATES, TIMES_IN_FORCE } from './words.js'

const SCOPE = 'orders:write'
const NAMES = ['orderId', 'clordId', 'clOrdId', 'symbol']
const CHANGES = [
  'price',
  'orderQty',
  'timeInForce',
  'stopPrice',
  'minQty',
  'allOrNone',
  'participateDontInitiate',
  'strictLimit',
  'goodTillTime',
  'bestLimit',
  'immediatelyExecutableLimit',
  'manualOrderIndicator',
]

function nameIn(fields: Fields): OrderNamed {
  const orderId = fields.text('orderId')
  const clordId = fields.text('clordId') ?? fields.text('clOrdId')
  if (orderId === null && clordId === null) throw fields.missing('orderId')
  return { orderId, clordId, symbol: fields.text('symbol') }
}

/** An order that has ended cannot be changed any more: the venue's text says what became of a replacement. */
function checkOpen(row: HistoryRow, otherwise: string): OrderId {
  if (!isOpen(row)) throw tooLate(otherwise)
  return row.id as OrderId
}

const endedText = (row: HistoryRow): string =>
  `Too late to cancel: the order is ${ORDER_STATES.shown(row.state).slice('ORDER_STATE_'.length)}`
const UNKNOWN_ORDER = 'Unknown order'

export async function cancel(call: Call): Promise<unknown> {
  const named = nameIn(Fields.of(bodyOf(call), NAMES))
  const row = await findOrder(call, SCOPE, named)
  const order = checkOpen(row, endedText(row))
  const outcome = await call.host.execute(cancelling(call, order))
  if (hasRaced(outcome)) throw tooLate(endedText(await findOrder(call, SCOPE, named)))
  if (outcome.kind === 'refused') throw fromRefusal(outcome.refusal)
  return {}
}

const cancelling = (call: Call, order: OrderId): Request => ({
  command: 'orders.cancel',
  actor: call.actor,
  input: { order },
  request: call.incoming.id,
})

/** Between the look at the order and the command it was filled, or ended otherwise. */
const hasRaced = (outcome: Settled): boolean =>
  outcome.kind === 'refused' && outcome.refusal.code === 'not_visible'

/**
 * Each order of the list is cancelled on its own, and one that ended before is answered like the others: what became of
 * it is in its executions. An order that nobody has fails the list before anything is cancelled.
 */
export async function cancelList(call: Call): Promise<unknown> {
  const rows: HistoryRow[] = []
  for (const [place, request] of requestsIn(call).entries())
    rows.push(await findOrder(call, SCOPE, nameIn(Fields.of(request, NAMES, `requests[${place}].`))))
  const outcomes = await Promise.all(
    rows.filter(isOpen).map((row) => call.host.execute(cancelling(call, row.id as OrderId))),
  )
  for (const outcome of outcomes)
    if (outcome.kind === 'refused' && !hasRaced(outcome)) throw fromRefusal(outcome.refusal)
  return { responses: rows.map(() => ({})) }
}

export async function replace(call: Call): Promise<unknown> {
  replaced(await call.host.execute(await replacing(call, bodyOf(call), '')))
  return {}
}

/** A list is replaced whole or not at all: whatever fails, the orders stay as they were. */
export async function replaceList(call: Call): Promise<unknown> {
  const requests: Request[] = []
  for (const [place, request] of requestsIn(call).entries())
    requests.push(await replacing(call, request, `requests[${place}].`))
  const { outcomes } = await call.host.executeLinked(requests)
  outcomes.forEach(replaced)
  return { responses: outcomes.map(() => ({})) }
}

function replaced(outcome: Settled): void {
  if (hasRaced(outcome)) throw tooLate(UNKNOWN_ORDER)
  if (outcome.kind === 'refused') throw fromRefusal(outcome.refusal)
}

/** What is left out stays. With an order id, `clordId` is the new one; without, it names the order. */
async function replacing(call: Call, value: unknown, place: string): Promise<Request> {
  const fields = Fields.of(value, [...NAMES, ...CHANGES], place)
  const named = nameIn(fields)
  const row = await findOrder(call, SCOPE, named)
  const order = checkOpen(row, UNKNOWN_ORDER)
  const input: ReplaceOrder = {
    order,
    clientOrderId: named.orderId === null ? null : named.clordId,
    ...(await figuresIn(call, fields, row)),
    ...timingIn(fields),
    allOrNone: flagIn(fields, 'allOrNone'),
    postOnly: flagIn(fields, 'participateDontInitiate'),
    strictLimit: flagIn(fields, 'strictLimit'),
    onReject: 'record',
  }
  return { command: 'orders.replace', actor: call.actor, input, request: call.incoming.id }
}

async function figuresIn(call: Call, fields: Fields, row: HistoryRow) {
  for (const name of ['bestLimit', 'immediatelyExecutableLimit'])
    if (fields.flag(name)) throw fields.fault(name, 'a replacement needs its price')
  const { scales } = await new Instruments(call.host).of(row.instrument)
  const [price, stopPrice] = [fields.int64Set('price'), fields.int64Set('stopPrice')]
  for (const [name, count] of [
    ['price', price],
    ['stopPrice', stopPrice],
  ] as const)
    if (count !== null && count < 0n) throw fields.fault(name, 'expected a price of at least zero')
  const [quantity, least] = [fields.int64Set('orderQty'), fields.int64Set('minQty')]
  if (quantity !== null && quantity < 0n) throw invalid('invalid order quantity')
  if (least !== null && least < 0n) throw fields.fault('minQty', 'expected a quantity above zero')
  return {
    price: price === null ? null : scales.priceMeant(price),
    stopPrice: stopPrice === null ? null : scales.priceMeant(stopPrice),
    quantity: quantity as Quantity | null,
    minimumQuantity: least as Quantity | null,
  }
}

function timingIn(fields: Fields): Pick<ReplaceOrder, 'timeInForce' | 'expiresAt'> {
  return {
    timeInForce: TIMES_IN_FORCE.meant(fields.find('timeInForce')),
    expiresAt: fields.instant('goodTillTime'),
  }
}

/** Absent leaves it as it is. */
const flagIn = (fields: Fields, name: string): boolean | null => (fields.has(name) ? fields.flag(name) : null)
