/** The venue's errors by their numbers (section 10), and our refusals in its words. */
import type { Refusal, RefusalCode } from '@stemma/core'
import { UnreadFault } from '../../http/unread.js'
import type { Answer, Settled } from '../../services.js'

export const MESSAGES = {
  '-32700': 'Parse error',
  '-32602': 'Invalid params',
  '-32601': 'Method not found',
  '-32600': 'request entity too large',
  '-32000': 'Missing params',
  10001: 'error',
  10002: 'qty_too_low',
  10003: 'order_overlap',
  10004: 'order_not_found',
  10005: 'price_too_low',
  10007: 'price_too_high',
  10009: 'not_enough_funds',
  10010: 'already_closed',
  10011: 'price_not_allowed',
  10012: 'book_closed',
  10018: 'non_pme_max_future_position_size',
  10019: 'locked_by_admin',
  10025: 'invalid_order_id',
  10028: 'too_many_requests',
  10030: 'must_be_websocket_request',
  10039: 'not_enough_funds_in_currency',
  10043: 'price_wrong_tick',
  10034: 'trigger_price_too_high',
  10035: 'trigger_price_too_low',
  10036: 'invalid_max_show_amount',
  10044: 'trigger_price_wrong_tick',
  10047: 'matching_engine_queue_full',
  10049: 'cancel_on_disconnect_failed',
  10072: 'disabled_while_position_lock',
  11008: 'already_filled',
  11013: 'max_spot_open_orders',
  11021: 'post_only_price_modification_not_possible',
  11022: 'max_spot_order_quantity',
  11030: 'other_reject',
  11035: 'no_more_triggers',
  11036: 'invalid_trigger_price',
  11037: 'outdated_instrument_for_IV_order',
  11038: 'no_adv_for_futures',
  11039: 'no_adv_postonly',
  11041: 'not_adv_order',
  11042: 'permission_denied',
  11044: 'not_open_order',
  11046: 'outdated_instrument',
  11050: 'bad_request',
  11051: 'system_maintenance',
  11054: 'post_only_reject',
  11055: 'post_only_not_allowed',
  11053: 'transfer_not_found',
  11090: 'invalid_addr',
  11091: 'invalid_transfer_address',
  11092: 'address_already_exist',
  11093: 'max_addr_count_exceeded',
  11094: 'internal_server_error',
  11095: 'disabled_deposit_address_creation',
  11096: 'address_belongs_to_user',
  11098: 'account_locked',
  12001: 'too_many_subaccounts',
  12002: 'wrong_subaccount_name',
  12100: 'transfer_not_allowed',
  12998: 'security_key_authorization_over_limit',
  13004: 'invalid_credentials',
  13009: 'unauthorized',
  13012: 'unavailable_in_subaccount',
  13019: 'orderbook_closed',
  13020: 'not_found',
  13021: 'forbidden',
  13030: 'mmp_trigger',
  13032: 'non_unique_order_label',
  13403: 'scope_exceeded',
  13668: 'security_key_authorization_error',
  13040: 'mmp_required',
  13042: 'cod_not_enabled',
  13043: 'quotes_frozen',
  13778: 'raw_subscriptions_not_available_for_unauthorized',
  13780: 'move_positions_over_limit',
  13888: 'timed_out',
  13904: 'security_key_setup_required',
  13901: 'no_more_oto_orders',
  13902: 'mass_quotes_disabled',
  13903: 'too_many_quotes',
  13910: 'quote_crossed',
} as const
export type ErrorCode = keyof typeof MESSAGES

export class VenueError extends Error {
  constructor(
    readonly code: ErrorCode,
    readonly data?: unknown,
    /** What some messages end with: a limit, or a reason. */
    ending = '',
  ) {
    super(ending === '' ? MESSAGES[code] : `${MESSAGES[code]} ${ending}`)
  }

  get told(): { readonly code: number; readonly message: string; readonly data?: unknown } {
    const told = { code: Number(this.code), message: this.message }
    return this.data === undefined ? told : { ...told, data: this.data }
  }
}

export const invalidParam = (param: string, reason: string): VenueError =>
  new VenueError('-32602', { reason, param })
export const missingParam = (param: string): VenueError => invalidParam(param, 'value is required')
/** The same of a request without any. */
export const paramsMissing = (param: string): VenueError =>
  new VenueError('-32000', { reason: 'value is required', param })
export const unauthorized = (): VenueError => new VenueError(13009, { reason: 'invalid_token' })
export const instrumentNotFound = (): VenueError => invalidParam('instrument_name', 'instrument not found')
export const orderNotFound = (): VenueError => new VenueError(10004)
export const notOfSubaccounts = (): VenueError =>
  new VenueError(13012, { reason: 'insufficient_permissions' })
export const scopeMissing = (): VenueError => new VenueError(13021, { reason: 'invalid_scope' })

/** Of a rejected order, by the reason that the core gives. */
const REJECTIONS: Readonly<Record<string, ErrorCode>> = {
  would_take: 11054,
  display_quantity_invalid: 10036,
  trigger_price_invalid: 11036,
  peg_not_option: 11038,
  peg_post_only: 11039,
  protection_frozen: 13030,
  protection_missing: 13040,
  quotes_disabled: 13902,
  quotes_frozen: 13043,
  quote_crossed: 13910,
  quote_missing: 10004,
  linked_orders_limit: 13901,
  self_match: 10003,
  insufficient_buying_power: 10009,
  open_orders_limit: 10047,
  order_rate_limit: 10028,
  loss_limit: 10019,
  product_barred: 11042,
  position_lock: 10072,
  order_not_open: 11044,
}

const CODES: Partial<Record<RefusalCode, ErrorCode>> = {
  unauthenticated: 13009,
  credential_invalid: 13004,
  scope_missing: 13021,
  not_visible: 13021,
  level_insufficient: 13021,
  actor_suspended: 13021,
  permission_missing: 13021,
  grant_exceeds_own: 13021,
  party_suspended: 11098,
  account_not_active: 11098,
  blocked: 11098,
  insufficient_available_balance: 10009,
  margin_insufficient: 10009,
  same_account: 12100,
  address_unknown: 11091,
  address_taken: 11092,
  address_internal: 11096,
  idempotency_key_reused: 12100,
  currencies_differ: 12100,
  rate_limited: 10028,
  overloaded: 10047,
  not_writer: 11051,
}

/** What was tried to be placed or changed: some limits have a number for each kind of market. */
export interface Tried {
  readonly kind: 'future' | 'option' | 'spot'
  /** It would have been priced anew rather than take. */
  readonly isPricedAnew: boolean
}

export function fromRefusal(refusal: Refusal, tried: Tried | null = null): VenueError {
  const { code, detail, data, field } = refusal
  if (code === 'order_rejected')
    return ofTried(String(data?.reason), data, tried) ?? fromRejection(String(data?.reason), detail, data)
  if (code === 'instrument_unknown') return instrumentNotFound()
  if (code === 'order_not_open') return new VenueError(data?.state === 'filled' ? 11008 : 10010)
  if (code === 'moves_exceeded') return new VenueError(13780, { wait: data?.wait })
  const known = CODES[code]
  if (known === 13009) return unauthorized()
  if (known === 13021)
    return code === 'scope_missing' ? scopeMissing() : new VenueError(13021, { reason: detail })
  if (known !== undefined) return new VenueError(known)
  if (field !== undefined || code === 'malformed') return invalidParam(paramOf(field), detail)
  return new VenueError(11030, undefined, code)
}

/** Before any method is asked: the address cannot be read, or another process answers. */
export const refusedAtDoor = (refusal: Refusal): VenueError =>
  refusal.code === 'malformed' ? new VenueError(11050, refusal.detail) : fromRefusal(refusal)

function ofTried(reason: string, data: Refusal['data'], tried: Tried | null): VenueError | null {
  const limit = String(data?.limit ?? '')
  switch (`${reason} ${tried?.kind}`) {
    case 'position_limit future':
      return new VenueError(10018, undefined, limit)
    case 'open_orders_limit spot':
      return new VenueError(11013)
    case 'quantity_limit spot':
      return new VenueError(11022)
    default:
      return reason === 'would_take' && tried?.isPricedAnew === true ? new VenueError(11021) : null
  }
}

export function fromRejection(reason: string, detail: string, data: Refusal['data'] = {}): VenueError {
  const limit = String(data.limit ?? '')
  switch (reason) {
    case 'trailing_orders_limit':
    case 'pegged_orders_limit':
      return new VenueError(11035, undefined, limit)
    case 'instrument_not_open':
      return new VenueError(isOver(data.state) ? 13019 : 10012)
    case 'volatility_too_late':
      return new VenueError(isOver(data.state) ? 11037 : 11046)
    case 'price_off_tick':
      return new VenueError(data.price === 'stop_price' ? 10044 : 10043)
    case 'price_out_of_bounds':
      return outOfBounds(data, limit)
    case 'insufficient_currency':
      return new VenueError(10039, undefined, String(data.currency))
    case 'quantity_invalid':
      return invalidParam('amount', 'must be a multiple of contract size')
    case 'quantity_limit':
    case 'notional_limit':
    case 'position_limit':
      return invalidParam('amount', detail)
    default: {
      const known = REJECTIONS[reason]
      return known === undefined ? new VenueError(11030, undefined, reason) : new VenueError(known)
    }
  }
}

const isOver = (state: unknown): boolean => state === 'expired' || state === 'terminated'

/** With the limit behind the message; of a trigger without. */
function outOfBounds({ price, bound }: NonNullable<Refusal['data']>, limit: string): VenueError {
  if (bound !== 'low' && bound !== 'high') return new VenueError(10011)
  if (price === 'stop_price') return new VenueError(bound === 'low' ? 10035 : 10034)
  return new VenueError(bound === 'low' ? 10005 : 10007, undefined, limit)
}

/** Fields of the core by the names that the venue has for them. */
const PARAMS: Readonly<Record<string, string>> = {
  quantity: 'amount',
  instrument: 'instrument_name',
  legs: 'trades',
  stop_price: 'trigger_price',
  usd_price: 'price',
  volatility: 'price',
  trailing_offset: 'trigger_offset',
  display_quantity: 'display_amount',
  interval_seconds: 'interval',
  frozen_seconds: 'frozen_time',
  index: 'index_name',
  group: 'mmp_group',
  quote_set: 'quote_set_id',
  side_quantity_max: 'max_quote_quantity',
  display_name: 'name',
  to: 'destination',
  ip_addresses: 'ip_whitelist',
  features: 'enabled_features',
  scopes: 'max_scope',
}

function paramOf(field: string | undefined): string {
  // An item of a list is about the list.
  const name =
    (field ?? '')
      .replace(/\/\d+$/, '')
      .split('/')
      .at(-1) ?? ''
  return PARAMS[name] ?? name
}

/** What was read; a refusal is thrown in the venue's words. */
export function answered<Result>(answer: Answer<Result>): Result {
  if (answer.kind === 'refused') throw fromRefusal(answer.refusal)
  return answer.result
}

/** The result of a command; a refusal is thrown in the venue's words. */
export function settled<Result>(outcome: Settled, tried: Tried | null = null): Result {
  if (outcome.kind === 'refused') throw fromRefusal(outcome.refusal, tried)
  return outcome.result as Result
}

/** Whatever was thrown: ours as it is, framing faults by their status, the rest as our own fault. */
export function toVenueError(thrown: unknown): VenueError {
  if (thrown instanceof VenueError) return thrown
  if (thrown instanceof UnreadFault) return new VenueError(11050, thrown.message)
  const status =
    typeof thrown === 'object' && thrown !== null && 'statusCode' in thrown ? thrown.statusCode : 500
  if (status === 413) return new VenueError('-32600')
  if (typeof status === 'number' && status < 500) return new VenueError(11050, 'the request cannot be read')
  return new VenueError(11094)
}
