/** `private/buy`, `private/sell`, `private/edit` and `private/close_position` (sections 6.1 and 6.2). */
import {
  DAY,
  HOUR,
  type Instant,
  type OrderTrigger,
  type OrderType,
  type Plain,
  parseQuantity,
  type Quantity,
  type Side,
} from '@stemma/core'
import type { Method, PrivateCall } from './call.js'
import { invalidParam, orderNotFound, settled, VenueError } from './errors.js'
import { type Contract, contractAsked, contractNamed, contractSize } from './instruments.js'
import { plainDecimal } from './numbers.js'
import { findFacts, type OrderFacts, orderIdRead, orderShown } from './orders.js'
import { tradesOfOrder } from './user-trades.js'

const TYPES: Readonly<Record<string, OrderType>> = {
  limit: 'limit',
  market: 'market',
  market_limit: 'market_to_limit',
  stop_limit: 'stop_limit',
  stop_market: 'stop',
  take_limit: 'take_limit',
  take_market: 'take',
}
const TIMES: Readonly<Record<string, string>> = {
  good_til_cancelled: 'gtc',
  good_til_day: 'gtd',
  fill_or_kill: 'fok',
  immediate_or_cancel: 'ioc',
}
const TRIGGERS: Readonly<Record<string, OrderTrigger>> = {
  last_price: 'last_trade',
  mark_price: 'published_price',
  index_price: 'index_price',
}
const keys = (words: Readonly<Record<string, unknown>>): string[] => Object.keys(words)

/** What would make it another order than the one that was meant is refused rather than left alone. */
const UNSERVED = [
  'advanced',
  'display_amount',
  'max_show',
  'trigger_offset',
  'linked_order_type',
  'trigger_fill_condition',
  'otoco_config',
] as const

function checkServed({ params, host }: PrivateCall): void {
  const unserved = UNSERVED.find((name) => params.has(name))
  if (unserved !== undefined) throw invalidParam(unserved, 'is not supported')
  if (params.flag('mmp')) throw invalidParam('mmp', 'is not supported')
  const until = params.time('valid_until')
  if (until !== null && until <= host.now()) throw new VenueError(13888)
}

/** In the instrument's own units: `amount`, or `contracts` of its size; both must agree. */
function quantityAsked({ params }: PrivateCall, contract: Contract): Quantity | null {
  const [amount, contracts] = [params.decimal('amount'), params.decimal('contracts')]
  const counted = contracts === null ? null : inContracts(contracts, contract)
  if (amount === null) return counted
  const quantity = quantityRead(amount, contract, 'amount')
  if (counted !== null && counted !== quantity) throw invalidParam('contracts', 'must agree with amount')
  return quantity
}

function quantityRead(text: string, contract: Contract, param: string): Quantity {
  const quantity = parseQuantity(text, contract.quantityScale)
  if (typeof quantity !== 'bigint' || quantity <= 0n || quantity % contract.lot !== 0n)
    throw invalidParam(param, 'must be a multiple of contract size')
  return quantity
}

function inContracts(text: string, contract: Contract): Quantity {
  const one = parseQuantity(plainDecimal(contractSize(contract)) ?? '', contract.quantityScale)
  const count = parseQuantity(text, contract.quantityScale)
  if (typeof one !== 'bigint' || typeof count !== 'bigint' || count <= 0n)
    throw invalidParam('contracts', 'must be a positive number')
  const quantity = (count * one) / 10n ** BigInt(contract.quantityScale)
  return quantityRead(
    plainDecimal(Number(quantity) / 10 ** contract.quantityScale) ?? '',
    contract,
    'contracts',
  )
}

/** The next 08:00 UTC, when a day of the venue ends. */
const endOfDay = (now: Instant): Instant =>
  ((Math.floor((now - 8 * HOUR) / DAY) + 1) * DAY + 8 * HOUR) as Instant

function orderAsked(call: PrivateCall, contract: Contract, side: Side): { readonly [key: string]: Plain } {
  const { params, caller, host } = call
  const type = TYPES[params.oneOf('type', keys(TYPES)) ?? 'limit'] as OrderType
  const quantity = quantityAsked(call, contract) ?? params.missing('amount')
  const hasPrice = ['limit', 'stop_limit', 'take_limit'].includes(type)
  const waits = !['limit', 'market', 'market_to_limit'].includes(type)
  const trigger = params.oneOf('trigger', keys(TRIGGERS))
  if (waits && trigger === null) params.missing('trigger')
  const time = params.oneOf('time_in_force', keys(TIMES)) ?? 'good_til_cancelled'
  const timeInForce = type === 'market' && time !== 'fill_or_kill' ? 'ioc' : (TIMES[time] as string)
  const isPostOnly = params.flag('post_only')
  if (isPostOnly && timeInForce !== 'gtc')
    throw invalidParam('post_only', 'goes with good_til_cancelled alone')
  return {
    account: caller.account,
    instrument: contract.id,
    side,
    type,
    timeInForce,
    quantity,
    cash: null,
    price: hasPrice ? (params.price('price') ?? params.missing('price')) : null,
    pricing: 'given',
    stopPrice: waits ? (params.price('trigger_price') ?? params.missing('trigger_price')) : null,
    trigger: waits && trigger !== null ? (TRIGGERS[trigger] as OrderTrigger) : null,
    expiresAt: timeInForce === 'gtd' ? endOfDay(host.now()) : null,
    clientOrderId: null,
    minimumQuantity: null,
    allOrNone: false,
    postOnly: isPostOnly,
    reprices: isPostOnly && !params.flag('reject_post_only'),
    strictLimit: false,
    reduceOnly: params.flag('reduce_only'),
    label: params.text('label'),
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
    const { order } = settled<{ readonly order: number }>(
      await call.host.execute({
        command: 'orders.place',
        actor: call.caller.authenticated.actor,
        input: orderAsked(call, contract, side),
        request: call.requestId,
      }),
    )
    return orderAndTrades(call, order, contract)
  }

export async function orderAndTrades(call: PrivateCall, order: number, contract: Contract): Promise<unknown> {
  return {
    order: orderShown(await ownFacts(call, order), contract),
    trades: await tradesOfOrder(call, order),
  }
}

/** An order of the caller's account; another's is not there. */
export async function ownFacts({ host, caller }: PrivateCall, order: number): Promise<OrderFacts> {
  const facts = await findFacts(host, order)
  if (facts === null || facts.account !== caller.account) throw orderNotFound()
  return facts
}

/** The contract of an order that was found. */
export function contractOfFacts(call: PrivateCall, { instrument }: OrderFacts): Promise<Contract> {
  return contractNamed(call, call.host.unitsOf(instrument)?.symbol ?? '')
}

const ENDED: Readonly<Record<string, () => VenueError>> = {
  filled: () => new VenueError(11008),
  cancelled: () => new VenueError(10010),
  expired: () => new VenueError(10010),
  rejected: () => new VenueError(11044),
}

export function checkOpen({ state }: OrderFacts): void {
  const fault = ENDED[state]
  if (fault !== undefined) throw fault()
}

export async function editFacts(call: PrivateCall, facts: OrderFacts): Promise<unknown> {
  const { params, host, caller } = call
  checkOpen(facts)
  checkServed(call)
  const contract = await contractOfFacts(call, facts)
  const isPostOnly = params.has('post_only') ? params.flag('post_only') : null
  settled(
    await host.execute({
      command: 'orders.replace',
      actor: caller.authenticated.actor,
      input: {
        order: facts.id,
        clientOrderId: null,
        price: params.price('price'),
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
        onReject: 'refuse',
      },
      request: call.requestId,
    }),
  )
  return orderAndTrades(call, facts.id, contract)
}

async function edit(call: PrivateCall): Promise<unknown> {
  return editFacts(call, await ownFacts(call, orderIdRead(call.params.requiredText('order_id'))))
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
