/** What few orders ask for (section 6.1): icebergs, prices that follow the index, protection, and orders that hang on others. */
import {
  type FillCondition,
  isWaitingType,
  type LinkKind,
  type OrderTrigger,
  type OrderType,
  type Plain,
  type Price,
  type Quantity,
  type Rate,
} from '@stemma/core'
import type { PrivateCall } from './call.js'
import { invalidParam, VenueError } from './errors.js'
import { type Contract, isInverse } from './instruments.js'
import { Params } from './params.js'
import { quantityRead } from './quantities.js'
import { ADVANCED, type Advanced, TIMES, TRIGGERS, TYPES } from './words.js'

const LINK_WORDS: readonly LinkKind[] = [
  'one_triggers_other',
  'one_cancels_other',
  'one_triggers_one_cancels_other',
]
const CONDITIONS: readonly FillCondition[] = ['first_hit', 'complete_fill', 'incremental']
const keys = (words: Readonly<Record<string, unknown>>): string[] => Object.keys(words)

/** What an iceberg shows. */
export function displayAsked({ params }: PrivateCall, contract: Contract): Quantity | null {
  const shown = params.decimal('display_amount')
  return shown === null ? null : quantityRead(shown, contract, 'display_amount')
}

export function advancedAsked({ params }: PrivateCall, contract: Contract, type: OrderType): Advanced | null {
  const advanced = params.oneOf('advanced', ADVANCED)
  if (advanced === null) return null
  if (contract.kind !== 'option') throw new VenueError(11038)
  if (params.flag('post_only')) throw new VenueError(11039)
  if (type !== 'limit') throw invalidParam('advanced', 'goes with limit orders')
  if (advanced === 'usd' && !isInverse(contract))
    throw invalidParam('advanced', 'usd goes with options that are priced in coin')
  return advanced
}

/** What `price` says in the unit that it is in. */
export function limitOf(
  advanced: Advanced | null,
  given: Price | null,
): { readonly price: Price | null; readonly usdPrice: Price | null; readonly volatility: Rate | null } {
  const isVolatility = advanced === 'implv' && given !== null
  if (isVolatility && given % 100n !== 0n) throw invalidParam('price', 'has too many digits')
  return {
    price: advanced === null ? given : null,
    usdPrice: advanced === 'usd' ? given : null,
    volatility: isVolatility ? ((given / 100n) as Rate) : null,
  }
}

/** Whether it may only rest, which a plain limit that stands until it is cancelled can alone. */
export function postOnlyAsked(params: Params, type: OrderType, timeInForce: string): boolean {
  const isPostOnly = params.flag('post_only')
  if (isPostOnly && type !== 'limit') throw new VenueError(11055)
  if (isPostOnly && timeInForce !== 'gtc')
    throw invalidParam('post_only', 'goes with good_til_cancelled alone')
  return isPostOnly
}

/** Orders that hang on the one that is placed, or null. */
export function linkedAsked({ params }: PrivateCall, contract: Contract): Plain {
  const kind = params.oneOf('linked_order_type', LINK_WORDS)
  const condition = params.oneOf('trigger_fill_condition', CONDITIONS)
  const configured = params.list('otoco_config')
  if (kind === null) {
    if (configured !== null || condition !== null) params.missing('linked_order_type')
    return null
  }
  if (configured === null) return params.missing('otoco_config')
  const wanted = kind === 'one_triggers_one_cancels_other' ? 2 : 1
  if (configured.length !== wanted)
    throw invalidParam('otoco_config', `must have ${wanted} item${wanted === 1 ? '' : 's'}`)
  return {
    kind,
    condition: condition ?? 'first_hit',
    orders: configured.map((each) => linkedOrder(each, contract, kind)),
  }
}

/** One that is live at once has to wait for its trigger as any other; what follows later acts where that is there. */
function linkedOrder(given: unknown, contract: Contract, kind: LinkKind): Plain {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw invalidParam('otoco_config', 'must be an array of objects')
  const params = new Params(given as Readonly<Record<string, unknown>>)
  const type = TYPES[params.oneOf('type', keys(TYPES)) ?? 'limit'] as OrderType
  const time = params.oneOf('time_in_force', keys(TIMES)) ?? 'good_til_cancelled'
  if (time === 'good_til_day') throw invalidParam('time_in_force', 'is not of an order that hangs on another')
  const trigger = params.oneOf('trigger', keys(TRIGGERS))
  const timeInForce = type === 'market' && time !== 'fill_or_kill' ? 'ioc' : (TIMES[time] as string)
  const isPostOnly = postOnlyAsked(params, type, timeInForce)
  return {
    side: params.oneOf('direction', ['buy', 'sell']) ?? params.missing('direction'),
    type,
    timeInForce,
    quantity: quantityRead(params.decimal('amount') ?? params.missing('amount'), contract, 'amount'),
    ...pricesAsked(params, type),
    mustWait: kind === 'one_cancels_other' && isWaitingType(type),
    trigger: trigger === null ? null : (TRIGGERS[trigger] as OrderTrigger),
    label: params.text('label'),
    postOnly: isPostOnly,
    reprices: isPostOnly && !params.flag('reject_post_only'),
    reduceOnly: params.flag('reduce_only'),
  }
}

/** The prices that a type has, each of which it needs. */
export function pricesAsked(
  params: Params,
  type: OrderType,
): { readonly price: Price | null; readonly stopPrice: Price | null; readonly trailingOffset: Price | null } {
  const hasLimit = type === 'limit' || type === 'stop_limit' || type === 'take_limit'
  const trails = type === 'trailing_stop'
  const isWaiting = isWaitingType(type)
  if (isWaiting && !params.has('trigger')) params.missing('trigger')
  return {
    price: hasLimit ? (params.price('price') ?? params.missing('price')) : null,
    stopPrice:
      isWaiting && !trails ? (params.price('trigger_price') ?? params.missing('trigger_price')) : null,
    trailingOffset: trails ? (params.price('trigger_offset') ?? params.missing('trigger_offset')) : null,
  }
}
