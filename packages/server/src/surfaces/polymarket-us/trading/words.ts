/** The venue's enumerations of trading and ours: full names out, full names or their numbers in (section 4.3). */
import type {
  InstrumentState,
  OrderFaultCode,
  OrderState,
  OrderType,
  SelfMatchInstruction,
  Side,
  TimeInForce,
} from '@stemma/core'

type Entry<Ours extends string> = readonly [number: number, name: string, ours: Ours]

export class Words<Ours extends string> {
  constructor(
    private readonly prefix: string,
    private readonly entries: readonly Entry<Ours>[],
  ) {}

  shown(ours: unknown): string {
    const entry = this.entries.find((each) => each[2] === ours)
    if (entry === undefined) throw new Error(`expected a word for ${String(ours)}`)
    return this.prefix + entry[1]
  }

  /** Null for what is absent and for what the venue does not have: both are the default value (section 0). */
  meant(given: unknown): Ours | null {
    const entry = this.entries.find(
      ([number, name]) => given === number || given === this.prefix + name || given === String(number),
    )
    return entry?.[2] ?? null
  }

  /** A filter's words; those that the venue does not have are left out. */
  meantAll(given: readonly unknown[]): readonly Ours[] {
    return given.flatMap((each) => this.meant(each) ?? [])
  }
}

export const SIDES = new Words<Side>('SIDE_', [
  [1, 'BUY', 'buy'],
  [2, 'SELL', 'sell'],
])

/** A market order that came in elsewhere is shown as what it does here: it takes what is there. */
export const ORDER_TYPES = new Words<OrderType>('ORDER_TYPE_', [
  [1, 'MARKET_TO_LIMIT', 'market_to_limit'],
  [2, 'LIMIT', 'limit'],
  [3, 'STOP', 'stop'],
  [4, 'STOP_LIMIT', 'stop_limit'],
  [3, 'STOP', 'take'],
  [3, 'STOP', 'trailing_stop'],
  [4, 'STOP_LIMIT', 'take_limit'],
  [-1, 'MARKET_TO_LIMIT', 'market'],
])

export const TIMES_IN_FORCE = new Words<TimeInForce>('TIME_IN_FORCE_', [
  [1, 'DAY', 'day'],
  [2, 'GOOD_TILL_CANCEL', 'gtc'],
  [3, 'IMMEDIATE_OR_CANCEL', 'ioc'],
  [4, 'GOOD_TILL_TIME', 'gtd'],
  [5, 'FILL_OR_KILL', 'fok'],
])

export const SELF_MATCH = new Words<SelfMatchInstruction>('SELF_MATCH_PREVENTION_INSTRUCTION_', [
  [1, 'REJECT_AGGRESSOR', 'reject_aggressor'],
  [2, 'CANCEL_RESTING', 'cancel_resting'],
  [3, 'REMOVE_BOTH', 'remove_both'],
])

const same = (prefix: string, names: readonly string[]): Words<string> =>
  new Words(
    prefix,
    names.map((name, place) => [place + 1, name, prefix + name]),
  )

export const CAPACITIES = same('ORDER_CAPACITY_', [
  'AGENCY',
  'PRINCIPAL',
  'PROPRIETARY',
  'INDIVIDUAL',
  'RISKLESS_PRINCIPAL',
  'AGENT_FOR_OTHER_MEMBER',
])
export const MANUAL_INDICATORS = same('MANUAL_ORDER_INDICATOR_', ['MANUAL', 'AUTOMATED'])

/** `replaced` is ours only here: an order that goes on as its replacement and has not traded. */
export const ORDER_STATES = new Words<OrderState | 'replaced'>('ORDER_STATE_', [
  [0, 'NEW', 'new'],
  [1, 'PARTIALLY_FILLED', 'partially_filled'],
  [2, 'FILLED', 'filled'],
  [3, 'CANCELED', 'cancelled'],
  [4, 'REPLACED', 'replaced'],
  [5, 'REJECTED', 'rejected'],
  [6, 'EXPIRED', 'expired'],
  [7, 'PENDING_NEW', 'pending_new'],
  [8, 'PENDING_REPLACE', 'pending_replace'],
  [9, 'PENDING_CANCEL', 'pending_cancel'],
])

/** Types of execution reports. Triggers have none at the venue; a rejected replacement is shown as a rejection. */
export const EXECUTION_TYPES = new Words('EXECUTION_TYPE_', [
  [0, 'NEW', 'accepted'],
  [1, 'PARTIAL_FILL', 'partially_filled'],
  [2, 'FILL', 'filled'],
  [3, 'CANCELED', 'cancelled'],
  [4, 'REPLACE', 'replaced'],
  [5, 'REJECTED', 'rejected'],
  [5, 'REJECTED', 'replace_rejected'],
  [5, 'REJECTED', 'cancel_rejected'],
  [6, 'EXPIRED', 'expired'],
] as const)

export const REJECTIONS = ['rejected', 'replace_rejected', 'cancel_rejected'] as const
export const FILLS = ['partially_filled', 'filled'] as const
export const TYPES_SHOWN = ['accepted', 'cancelled', 'replaced', 'expired', ...FILLS, ...REJECTIONS] as const

export const INSTRUMENT_STATES = new Words<InstrumentState>('INSTRUMENT_STATE_', [
  [0, 'CLOSED', 'closed'],
  [1, 'OPEN', 'open'],
  [2, 'PREOPEN', 'preopen'],
  [3, 'SUSPENDED', 'suspended'],
  [4, 'EXPIRED', 'expired'],
  [5, 'TERMINATED', 'terminated'],
  [6, 'HALTED', 'halted'],
  [7, 'MATCH_AND_CLOSE_AUCTION', 'auction'],
  [8, 'PENDING', 'pending'],
])

const REASONS: Readonly<Record<OrderFaultCode, string>> = {
  instrument_not_open: 'EXCHANGE_CLOSED',
  order_type_invalid: 'INCORRECT_ORDER_TYPE',
  quantity_invalid: 'INCORRECT_QUANTITY',
  quantity_limit: 'EXCHANGE_OPTION',
  notional_limit: 'EXCHANGE_OPTION',
  price_off_tick: 'INVALID_PRICE_INCREMENT',
  price_out_of_bounds: 'PRICE_OUT_OF_BOUNDS',
  trigger_price_invalid: 'PRICE_OUT_OF_BOUNDS',
  trailing_orders_limit: 'EXCHANGE_OPTION',
  display_quantity_invalid: 'EXCHANGE_OPTION',
  peg_not_option: 'EXCHANGE_OPTION',
  peg_post_only: 'EXCHANGE_OPTION',
  pegged_orders_limit: 'EXCHANGE_OPTION',
  volatility_too_late: 'EXCHANGE_CLOSED',
  protection_missing: 'EXCHANGE_OPTION',
  protection_frozen: 'EXCHANGE_OPTION',
  quotes_disabled: 'EXCHANGE_OPTION',
  quotes_frozen: 'EXCHANGE_OPTION',
  quote_crossed: 'EXCHANGE_OPTION',
  quote_missing: 'EXCHANGE_OPTION',
  linked_orders_limit: 'EXCHANGE_OPTION',
  no_liquidity: 'NO_LIQUIDITY',
  no_reference_price: 'EXCHANGE_OPTION',
  would_take: 'EXCHANGE_OPTION',
  would_not_trade_at_limit: 'EXCHANGE_OPTION',
  would_not_reduce: 'EXCHANGE_OPTION',
  self_match: 'EXCHANGE_OPTION',
  account_type: 'EXCHANGE_OPTION',
  product_barred: 'EXCHANGE_OPTION',
  insufficient_position: 'EXCHANGE_OPTION',
  insufficient_buying_power: 'EXCHANGE_OPTION',
  insufficient_currency: 'EXCHANGE_OPTION',
  position_lock: 'EXCHANGE_OPTION',
  position_limit: 'EXCHANGE_OPTION',
  open_orders_limit: 'EXCHANGE_OPTION',
  order_rate_limit: 'EXCHANGE_OPTION',
  loss_limit: 'EXCHANGE_OPTION',
  order_not_open: 'EXCHANGE_OPTION',
  venue: 'EXCHANGE_OPTION',
}

/** What is not in the table is the venue's catch-all. */
export const rejectReasonShown = (code: unknown): string =>
  `ORD_REJECT_REASON_${(REASONS as Readonly<Record<string, string>>)[String(code)] ?? 'EXCHANGE_OPTION'}`

const CANCEL_REASONS: Readonly<Record<string, string>> = {
  order_not_open: 'UNKNOWN_ORDER',
  price_off_tick: 'INVALID_PRICE_INCREMENT',
}

/** Why a replacement or a cancel was refused (section 7.6). */
export const cancelRejectShown = (code: unknown): string =>
  `CXL_REJ_REASON_${CANCEL_REASONS[String(code)] ?? 'EXCHANGE_OPTION'}`

const BOOK_STATES: Readonly<Record<string, string>> = {
  preopen: 'PRE_OPEN',
  auction: 'MATCH_AND_CLOSE_AUCTION',
}
const bookState = (state: string): string => BOOK_STATES[state] ?? state.toUpperCase()

const TEXTS: readonly (readonly [RegExp, string | ((state: string) => string)])[] = [
  [/^the instrument is (\w+)$/, (state) => `Book is ${bookState(state)}`],
  [
    /^the order has attributes that cannot be placed while the instrument is (\w+)$/,
    (state) => `Order has attributes that cannot be placed in ${bookState(state)}`,
  ],
  [/^the order would trade with one of the same participant$/, 'Self Match Prevention'],
  [/^the order may rest only/, 'Order may participate but not initiate in the market'],
  [/^no liquidity to derive/, 'No liquidity to derive limit price'],
  [
    /^there is no liquidity to fill any portion/,
    'There is no liquidity to immediately fill any portion of this CashOrderQty order',
  ],
  [
    /^no last trade when open/,
    'failed risk check: No last trade when open, no settlement price and no previous close',
  ],
]

/** A rejection in the venue's words (section 7.6); figures stay as they are. */
export function rejectTextShown(text: string): string {
  for (const [pattern, words] of TEXTS) {
    const match = pattern.exec(text)
    if (match !== null) return typeof words === 'string' ? words : words(match[1] ?? '')
  }
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** Why an order ended that its owner did not end; null where its owner did. */
export const unsolicitedShown = (unsolicited: unknown): string | null =>
  unsolicited === null || unsolicited === undefined ? null : 'UNSOLICITED_CXL_REASON_EXCHANGE_OPTION'

export const unsolicitedText = (unsolicited: unknown): string =>
  unsolicited === 'self_match' ? 'Self Match Prevention' : String(unsolicited ?? '').replaceAll('_', ' ')
