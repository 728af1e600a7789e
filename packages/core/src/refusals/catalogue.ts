/**
 * The one catalogue of refusals: every reason for which the engine says no, in families. It is the only place that
 * knows the HTTP status of a refusal on the native surface; venue surfaces translate the code into their own words.
 * A refusal changes nothing and has no sequence.
 */
interface RefusalKind {
  /** The family sorts the catalogue page and the JSON-RPC numbers. */
  readonly family:
    | 'request'
    | 'access'
    | 'hierarchy'
    | 'identity'
    | 'ledger'
    | 'trading'
    | 'approval'
    | 'service'
  readonly status: 400 | 401 | 403 | 404 | 408 | 409 | 412 | 413 | 422 | 428 | 429 | 431 | 503
  readonly title: string
  /** Whether the same request can succeed later without being changed. */
  readonly retryable: boolean
}

const kind = (
  family: RefusalKind['family'],
  status: RefusalKind['status'],
  title: string,
  retryable = false,
): RefusalKind => ({ family, status, title, retryable })

export const REFUSALS = {
  malformed: kind('request', 400, 'The request is not well formed'),
  unknown_operation: kind('request', 404, 'There is no such operation'),
  too_large: kind('request', 413, 'The request is larger than the limit'),
  too_slow: kind('request', 408, 'The request did not arrive in time', true),
  headers_too_large: kind('request', 431, 'The headers are larger than the limit'),
  idempotency_key_reused: kind('request', 422, 'The idempotency key was used with another request'),
  version_mismatch: kind('request', 412, 'The record has changed since it was read'),
  version_required: kind('request', 428, 'The operation needs the version that it changes'),
  batch_refused: kind('request', 422, 'Another item of the all-or-nothing batch was refused'),

  unauthenticated: kind('access', 401, 'No valid credential came with the request'),
  scope_missing: kind('access', 403, 'The credential lacks the scope of the operation'),
  not_visible: kind('access', 404, 'There is no such thing within reach'),
  level_insufficient: kind('access', 403, 'The level of the binding does not allow the operation'),
  actor_suspended: kind('access', 403, 'The acting user or one of its owners is not active'),
  party_suspended: kind('access', 422, 'The owner of the account, or an owner above it, is not active'),
  account_not_active: kind('access', 422, 'The account is not active'),
  blocked: kind('access', 422, 'A block stands against the operation'),
  permission_missing: kind('access', 403, 'The account has no permission for the operation'),
  grant_exceeds_own: kind('access', 403, 'Nobody can give rights that they do not have'),
  second_factor_required: kind('access', 403, 'The operation needs a second factor'),
  second_factor_missing: kind('access', 403, 'No second factor is set up that the operation could ask for'),
  second_factor_invalid: kind('access', 403, 'The second factor does not prove who is asking'),
  second_factor_used: kind('access', 403, 'The code or the challenge of the second factor was used before'),
  second_factor_locked: kind('access', 429, 'Too many second factors in a row were wrong', true),

  name_taken: kind('hierarchy', 409, 'The name is in use'),
  owner_kind_invalid: kind('hierarchy', 422, 'A party of this kind cannot stand under that owner'),
  tree_too_deep: kind('hierarchy', 422, 'The tree of owners would be deeper than the limit'),
  move_into_itself: kind('hierarchy', 422, 'A party cannot move beneath itself'),
  root_is_fixed: kind('hierarchy', 422, 'The operator of the book cannot be moved or closed'),
  transition_invalid: kind('hierarchy', 409, 'The present state does not allow this transition'),
  not_empty: kind('hierarchy', 409, 'Something is still in it'),
  limit_reached: kind('hierarchy', 422, 'A limit on the number of records is reached'),
  main_account_invalid: kind('hierarchy', 422, 'The main account is not one that can have subaccounts'),
  group_invalid: kind('hierarchy', 422, 'The account group cannot hold this account'),
  setting_invalid: kind('hierarchy', 422, 'The setting does not take this value'),
  template_invalid: kind('hierarchy', 422, 'The template does not fit'),

  credential_invalid: kind('identity', 401, 'The credential does not prove who is asking'),
  assertion_replayed: kind('identity', 401, 'The assertion was used before'),
  keys_exceeded: kind('identity', 422, 'The credential holds as many keys as it may'),
  role_invalid: kind('identity', 422, 'The role does not fit'),
  binding_exists: kind('identity', 409, 'The user has that binding already'),
  kyc_already_approved: kind('identity', 409, 'The application was approved before'),
  webhook_invalid: kind('identity', 422, 'The endpoint cannot take events'),
  last_administrator: kind('identity', 409, 'The last full binding to the book cannot be taken away'),

  currency_unknown: kind('ledger', 422, 'The currency is not kept'),
  amount_not_positive: kind('ledger', 422, 'The amount must be above zero'),
  amount_out_of_range: kind('ledger', 422, 'The amount is beyond what an account can hold'),
  insufficient_available_balance: kind('ledger', 422, 'The available balance is too small', true),
  same_account: kind('ledger', 422, 'Both sides are the same account'),
  currencies_differ: kind('ledger', 422, 'The accounts do not share the currency'),
  address_unknown: kind('ledger', 422, 'The address is not one that the account may send to'),
  address_taken: kind('ledger', 409, 'The address is there already'),
  address_internal: kind('ledger', 422, 'The address belongs to an account of the same book'),
  no_address_available: kind('ledger', 422, 'No address is free for deposits', true),
  hold_exceeded: kind('ledger', 422, 'The capture is larger than what is held'),
  already_reversed: kind('ledger', 409, 'The posting was reversed before'),
  not_reversible: kind('ledger', 422, 'The posting cannot be reversed'),
  vendor_fees_taken: kind(
    'ledger',
    422,
    'Vendor fees were taken from the account on this business day',
    true,
  ),

  instrument_unknown: kind('trading', 404, 'There is no such instrument'),
  client_order_id_taken: kind('trading', 409, 'The client order id is in use by an open order'),
  order_rejected: kind('trading', 422, 'The order does not meet a business rule'),
  order_not_open: kind('trading', 409, 'The order is not open any more'),
  report_gap: kind('trading', 409, 'A report of the venue is missing before this one'),
  margin_insufficient: kind('trading', 422, 'The account would not hold the margin that it needs', true),
  moves_exceeded: kind(
    'trading',
    429,
    'The main account has moved positions as often as it may in a week',
    true,
  ),
  insufficient_position: kind('trading', 422, 'The account does not hold that much'),

  approval_is_makers: kind('approval', 403, 'The maker cannot approve the own request'),
  approval_closed: kind('approval', 409, 'The approval was decided before'),

  not_writer: kind('service', 503, 'This server does not write at the moment', true),
  overloaded: kind('service', 503, 'The server takes no more work at the moment', true),
  rate_limited: kind('service', 429, 'Too many requests', true),
} as const satisfies Record<string, RefusalKind>

export type RefusalCode = keyof typeof REFUSALS

export interface Refusal {
  readonly code: RefusalCode
  /** One sentence: what is the case and what was needed. Safe to show. */
  readonly detail: string
  /** The field of the request that it is about, as a JSON pointer. */
  readonly field?: string
  /** The figures or names behind the sentence. */
  readonly data?: Readonly<Record<string, string | number | boolean | null>>
}

/**
 * How a refusal leaves a decision: thrown, because the unit of work undoes whatever was begun, and caught at the one
 * door of the engine, where it becomes a value again (docs/adr: refusals unwind). It is no Error: it carries no
 * stack, so that saying no costs as little as saying yes.
 */
export class Refused {
  constructor(readonly refusal: Refusal) {}
}

export function refuse(
  code: RefusalCode,
  detail: string,
  more: Omit<Refusal, 'code' | 'detail'> = {},
): never {
  throw new Refused({ code, detail, ...more })
}
