/** `private/buy`, `private/sell`, `private/edit` and `private/close_position` (sections 6.1 and 6.2). */
import {
  DAY,
  HOUR,
  type Instant,
  isWaitingType,
  type OrderTrigger,
  type OrderType,
  type Plain,
  type Side,
} from '@stemma/core'
import type { Method, PrivateCall } from './call.js'
import { invalidParam, orderNotFound, settled, type Tried, VenueError } from './errors.js'
import { type Contract, contractAsked, kindOf } from './instruments.js'
import { advancedOf, type OrderFacts, orderShown } from './orders.js'
import { checkOpen, contractOfFacts, factsNamed, ownFacts } from './own-orders.js'
import { quantityAsked } from './quantities.js'
import {
  advancedAsked,
  displayAsked,
  limitOf,
  linkedAsked,
  postOnlyAsked,
  pricesAsked,
} from './special-orders.js'
import { tradesOfOrder } from './user-trades.js'
import { ADVANCED, type Advanced, TIMES, TRIGGERS, TYPES } from './words.js'

const keys = (words: Readonly<Record<string, unknown>>): string[] => Object.keys(words)

/** An old name would make it another order than the one that was meant, so it is refused rather than left alone. */
function checkServed(call: PrivateCall): void {
  if (call.params.has('max_show')) throw invalidParam('max_show', 'is replaced by display_amount')
  checkInTime(call)
}

export function checkInTime({ params, host }: PrivateCall): void {
  const until = params.time('valid_until')
  if (until !== null && until <= host.now()) throw new VenueError(13888)
}

/** The next 08:00 UTC, when a day of the venue ends. */
const endOfDay = (now: Instant): Instant =>
  ((Math.floor((now - 8 * HOUR) / DAY) + 1) * DAY + 8 * HOUR) as Instant

function orderAsked(call: PrivateCall, contract: Contract, side: Side): { readonly [key: string]: Plain } {
  const { params, caller, host, session } = call
  const type = TYPES[params.oneOf('type', keys(TYPES)) ?? 'limit'] as OrderType
  const quantity = quantityAsked(call, contract) ?? params.missing('amount')
  const advanced = advancedAsked(call, contract, type)
  const { price, stopPrice, trailingOffset } = pricesAsked(params, type)
  const trigger = params.oneOf('trigger', keys(TRIGGERS))
  const time = params.oneOf('time_in_force', keys(TIMES)) ?? 'good_til_cancelled'
  const timeInForce = type === 'market' && time !== 'fill_or_kill' ? 'ioc' : (TIMES[time] as string)
  const isPostOnly = postOnlyAsked(params, type, timeInForce)
  const isWaiting = isWaitingType(type)
  return {
    account: caller.account,
    instrument: contract.id,
    side,
    type,
    timeInForce,
    quantity,
    cash: null,
    ...limitOf(advanced, price),
    pricing: 'given',
    stopPrice,
    trailingOffset,
    mustWait: isWaiting,
    displayQuantity: displayAsked(call, contract),
    trigger: isWaiting && trigger !== null ? (TRIGGERS[trigger] as OrderTrigger) : null,
    expiresAt: timeInForce === 'gtd' ? endOfDay(host.now()) : null,
    clientOrderId: null,
    minimumQuantity: null,
    allOrNone: false,
    postOnly: isPostOnly,
    reprices: isPostOnly && !params.flag('reject_post_only'),
    strictLimit: false,
    reduceOnly: params.flag('reduce_only'),
    isProtected: params.flag('mmp'),
    label: params.text('label'),
    connection: session?.orders.connection ?? null,
    linked: linkedAsked(call, contract),
    selfMatchId: null,
    selfMatchInstruction: null,
    tags: {},
    onReject: 'refuse',
  }
}

const place =
  (side: Side) =>
  async (call: PrivateCall): Promise<unknown> => {
    const contract = await contractAsked(call)
    checkServed(call)
    await call.session?.orders.join(call.caller)
    const { order } = settled<{ readonly order: number }>(
      await call.host.execute({
        command: 'orders.place',
        actor: call.caller.authenticated.actor,
        input: orderAsked(call, contract, side),
        request: call.requestId,
      }),
      tried(call, contract),
    )
    return orderAndTrades(call, order, contract)
  }

/** What an order that is refused was. */
const tried = ({ params }: PrivateCall, contract: Contract): Tried => ({
  kind: kindOf(contract),
  isPricedAnew: params.flag('post_only') && !params.flag('reject_post_only'),
})

export async function orderAndTrades(call: PrivateCall, order: number, contract: Contract): Promise<unknown> {
  return {
    order: orderShown(await ownFacts(call, order), contract),
    trades: await tradesOfOrder(call, order),
  }
}

/** The unit of the order's price stays what it is. */
function advancedOfEdit({ params }: PrivateCall, facts: OrderFacts): Advanced | null {
  const [known, asked] = [advancedOf(facts), params.oneOf('advanced', ADVANCED)]
  if (asked !== null && known === null) throw new VenueError(11041)
  if (asked !== null && asked !== known) throw invalidParam('advanced', 'cannot be changed')
  return known
}

export async function editFacts(call: PrivateCall, facts: OrderFacts): Promise<unknown> {
  const { params, host, caller } = call
  if (facts.terms.quote !== undefined) throw orderNotFound()
  checkOpen(facts)
  checkServed(call)
  const contract = await contractOfFacts(call, facts)
  const advanced = advancedOfEdit(call, facts)
  if (params.has('mmp')) throw invalidParam('mmp', 'editing mmp flag is not supported')
  if (facts.terms.link?.isWaiting === true) throw new VenueError(11044)
  const isPostOnly = params.has('post_only') ? params.flag('post_only') : null
  settled(
    await host.execute({
      command: 'orders.replace',
      actor: caller.authenticated.actor,
      input: {
        order: facts.id,
        clientOrderId: null,
        ...limitOf(advanced, params.price('price')),
        stopPrice: params.price('trigger_price'),
        quantity: quantityAsked(call, contract),
        timeInForce: null,
        expiresAt: null,
        minimumQuantity: null,
        allOrNone: null,
        postOnly: isPostOnly,
        reprices: isPostOnly === null ? null : isPostOnly && !params.flag('reject_post_only'),
        strictLimit: null,
        reduceOnly: params.has('reduce_only') ? params.flag('reduce_only') : null,
        trailingOffset: params.price('trigger_offset'),
        displayQuantity: displayAsked(call, contract),
        onReject: 'refuse',
      },
      request: call.requestId,
    }),
    tried(call, contract),
  )
  return orderAndTrades(call, facts.id, contract)
}

async function edit(call: PrivateCall): Promise<unknown> {
  return editFacts(call, await factsNamed(call, call.params.requiredText('order_id')))
}

async function closePosition(call: PrivateCall): Promise<unknown> {
  const { params, host, caller } = call
  const contract = await contractAsked(call)
  const type = params.oneOf('type', ['limit', 'market']) ?? params.missing('type')
  const price = type === 'limit' ? (params.price('price') ?? params.missing('price')) : null
  const { order } = settled<{ readonly order: number }>(
    await host.execute({
      command: 'positions.close',
      actor: caller.authenticated.actor,
      input: { account: caller.account, instrument: contract.id, price, label: null },
      request: call.requestId,
    }),
  )
  return orderAndTrades(call, order, contract)
}

export const PLACE_METHODS: readonly Method[] = [
  { name: 'private/buy', kind: 'private', scope: 'trade:read_write', answer: place('buy') },
  { name: 'private/sell', kind: 'private', scope: 'trade:read_write', answer: place('sell') },
  { name: 'private/edit', kind: 'private', scope: 'trade:read_write', answer: edit },
  { name: 'private/close_position', kind: 'private', scope: 'trade:read_write', answer: closePosition },
]
