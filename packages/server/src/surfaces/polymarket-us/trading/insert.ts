/**
 * Orders that come in: one, a list, a cross, a preview. An order id with 200 means received; what the order then fails
 * at is in its execution report, in the search and in the streams (section 4.1).
 */
import type { OrderId, OrderPreview, PlaceOrder } from '@stemma/core'
import type { Settled } from '../../../services.js'
import { bodyOf, type Call } from '../call.js'
import { accountNotFound, answered, fromRefusal, GRPC, invalid, settled, VenueError } from '../errors.js'
import { Fields } from '../fields.js'
import { Fills } from './fills.js'
import { idShown } from './ids.js'
import { Lookup } from './lookup.js'
import { type OrderAsked, readOrder } from './order-input.js'
import { factsTold, orderShown } from './order-object.js'
import { rejectReasonShown, rejectTextShown, SIDES } from './words.js'

export const ORDERS_OF_LIST_MAX = 20

type Placed = { readonly order: OrderId }

const placing = (call: Call, { actor, input }: OrderAsked) => ({
  command: 'orders.place',
  actor,
  input,
  request: call.incoming.id,
})

/** The account was reached before the command; one that went away meanwhile is not found like any other. */
function placed(outcome: Settled): Placed {
  if (outcome.kind === 'refused')
    throw outcome.refusal.code === 'not_visible' ? accountNotFound() : fromRefusal(outcome.refusal)
  return outcome.result as Placed
}

const response = ({ order }: Placed) => ({ orderId: idShown(order) })

export async function insert(call: Call): Promise<unknown> {
  const asked = await readOrder(call, bodyOf(call))
  return response(placed(await call.host.execute(placing(call, asked))))
}

/** The requests of a list: 1 to 20, in order. */
export function requestsIn(call: Call): readonly unknown[] {
  const requests = Fields.of(bodyOf(call), ['requests']).find('requests')
  if (!Array.isArray(requests) || requests.length === 0 || requests.length > ORDERS_OF_LIST_MAX)
    throw invalid(`invalid requests: expected 1 to ${ORDERS_OF_LIST_MAX}`)
  return requests
}

/** A list is received whole or not at all, so that no order is left behind whose id its client never saw. */
export async function insertList(call: Call): Promise<unknown> {
  const asked = await readAll(call, requestsIn(call))
  const { outcomes, failedAt } = await call.host.executeLinked(asked.map((each) => placing(call, each)))
  if (failedAt !== null) placed(outcomes[failedAt] ?? outcomes[0] ?? never())
  return { responses: outcomes.map((outcome) => response(placed(outcome))) }
}

const never = (): never => {
  throw new Error('expected the outcome that failed')
}

async function readAll(call: Call, requests: readonly unknown[]): Promise<OrderAsked[]> {
  const asked: OrderAsked[] = []
  for (const [place, request] of requests.entries())
    asked.push(await readOrder(call, request, `requests[${place}].`))
  return asked
}

const CROSS_TYPE = 'CROSS_TYPE_ALL_OR_NONE'

export async function insertCross(call: Call): Promise<unknown> {
  const fields = Fields.of(bodyOf(call), ['requests', 'crossType', 'crossId', 'crossPrioritizedSide'])
  const requests = fields.find('requests')
  if (!Array.isArray(requests) || requests.length !== 2)
    throw invalid('invalid requests: expected the two orders of the cross')
  const type = fields.find('crossType')
  if (type !== CROSS_TYPE && type !== 1) throw fields.fault('crossType', `expected ${CROSS_TYPE}`)
  const cross = fields.requiredText('crossId')
  if (!/^[\x21-\x7e]{1,64}$/.test(cross)) throw fields.fault('crossId', 'expected 1 to 64 visible characters')
  const asked = await readAll(call, requests)
  const [first] = asked as [OrderAsked, OrderAsked]
  if (asked.some(({ actor }) => actor.actingUser !== first.actor.actingUser))
    throw invalid('invalid requests: expected both orders of one user')
  const outcome = await call.host.execute({
    command: 'orders.cross',
    actor: first.actor,
    input: {
      cross,
      orders: asked.map(({ input }) => input),
      prioritizedSide: SIDES.meant(fields.find('crossPrioritizedSide')),
    },
    request: call.incoming.id,
  })
  const { orders } = settled<{ readonly orders: readonly OrderId[] }>(outcome)
  return { responses: orders.map((order) => response({ order })) }
}

/** The order as it would stand once it was taken in, and what it would be rejected for. */
export async function preview(call: Call): Promise<unknown> {
  const request = Fields.of(bodyOf(call), ['request']).find('request')
  if (request === undefined || request === null) throw invalid('missing required field request')
  const { actor, account, input } = await readOrder(call, request, 'request.')
  const seen = answered(await call.host.read<OrderPreview>('orders.preview', actor, input))
  const context = {
    lookup: new Lookup(call.host).know([account]),
    fills: await Fills.of(call.host, []),
  }
  const facts = previewed(seen, input)
  return {
    previewOrder: { ...(await orderShown(context, facts)), id: '' },
    ...(seen.fault === null
      ? {}
      : { orderRejectReason: rejectReasonShown(seen.fault.code), text: rejectTextShown(seen.fault.text) }),
  }
}

function previewed({ order, fault, quantity, worth, fees }: OrderPreview, input: PlaceOrder) {
  const facts = factsTold(order)
  if (fault !== null) return { ...facts, state: 'rejected' }
  if (input.stopPrice !== null || quantity === 0n) return facts
  const state = quantity === facts.quantity ? 'filled' : 'partially_filled'
  return { ...facts, state, filled: quantity, cost: worth, fees }
}

export const tooLate = (message: string): VenueError => new VenueError(GRPC.aborted, message)
