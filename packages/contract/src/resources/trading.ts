/** Orders, execution reports, trades, positions and margin on the wire. */
import {
  amount,
  choice,
  count,
  currency,
  fields,
  flag,
  id,
  instant,
  list,
  nullable,
  object,
  present,
  price,
  quantity,
  text,
  worth,
} from '../wire/index.js'
import { EXAMPLE } from './common.js'
import { symbol } from './market.js'

export const SIDES = ['buy', 'sell'] as const
export const ORDER_TYPES = [
  'market',
  'limit',
  'stop',
  'stop_limit',
  'take',
  'take_limit',
  'market_to_limit',
] as const
export const ORDER_TRIGGERS = ['last_trade', 'published_price', 'index_price'] as const
export const TIMES_IN_FORCE = ['day', 'gtc', 'gtd', 'ioc', 'fok'] as const
export const ORDER_STATES = [
  'pending_new',
  'new',
  'partially_filled',
  'pending_replace',
  'pending_cancel',
  'filled',
  'cancelled',
  'expired',
  'rejected',
] as const
export const PRICINGS = ['given', 'best_own', 'best_opposite'] as const
export const SELF_MATCH_INSTRUCTIONS = ['reject_aggressor', 'cancel_resting', 'remove_both'] as const
export const EXECUTION_TYPES = [
  'pending',
  'accepted',
  'rejected',
  'partially_filled',
  'filled',
  'cancelled',
  'expired',
  'replaced',
  'triggered',
  'replace_rejected',
  'cancel_rejected',
  'busted',
  'corrected',
  'moved',
] as const
/** Types of the executions that are a side of a trade. */
export const TRADE_TYPES = ['partially_filled', 'filled', 'busted', 'corrected', 'moved'] as const

export const clientOrderId = (description = 'The client’s own id, unique among its open orders') =>
  text({
    max: 64,
    pattern: /^[\x21-\x7e]+$/,
    meaning: '1 to 64 visible characters',
    description,
  })

const orderFields = {
  account: id('acc'),
  instrument: id('ins'),
  symbol: symbol(),
  client_order_id: nullable(clientOrderId()),
  user: nullable(id('usr', 'Who acts')),
  submitted_by: nullable(id('key', 'What sent it, where a firm’s own credential acts for the user')),
  side: choice(SIDES),
  type: choice(ORDER_TYPES),
  time_in_force: choice(TIMES_IN_FORCE),
  state: choice(ORDER_STATES),
  currency: currency('The instrument’s currency'),
  price: nullable(price('The limit')),
  stop_price: nullable(price()),
  is_triggered: flag(),
  quantity: quantity('Of the whole order'),
  filled: quantity(),
  cost: amount('currency', 'What its fills were worth together'),
  average_price: nullable(price('Of its fills; null before the first')),
  fees: amount('currency', 'What it was charged; below zero a rebate'),
  expires_at: nullable(instant()),
  all_or_none: flag(),
  post_only: flag(),
  strict_limit: flag(),
  reduce_only: flag(),
  reprices: flag('Rests a tick behind where it would take'),
  trigger: nullable(choice(ORDER_TRIGGERS, 'What it waits on; null: the trigger of its instrument')),
  label: nullable(text({ max: 64 })),
  minimum_quantity: nullable(quantity('The least that its first execution fills')),
  self_match_id: nullable(text({ max: 64 })),
  self_match_instruction: nullable(choice(SELF_MATCH_INSTRUCTIONS)),
  cash: nullable(amount('currency', 'What the quantity was reckoned from')),
  cross: nullable(text({ max: 64, description: 'The cross that it was entered with' })),
  tags: fields('Words of the sender'),
  created_at: instant(),
  entered_at: instant('When it was entered or last replaced'),
  updated_at: instant(),
} as const
/** An order that is not placed: it has no id. */
export const orderInMind = object(orderFields)
export const order = object({
  id: id('ord'),
  ...orderFields,
  reason: present(nullable(text({ max: 64, description: 'Why it ended or was rejected' }))),
})

const executionFields = {
  id: id('exe'),
  event: text({ max: 32, description: 'sequence.index: where to resume behind it' }),
  sequence: count(),
  time: instant(),
  type: choice(EXECUTION_TYPES),
  order: nullable(id('ord', 'Null where a position was moved')),
  client_order_id: nullable(clientOrderId()),
  account: id('acc'),
  instrument: id('ins'),
  symbol: symbol(),
  side: nullable(choice(SIDES)),
  currency: currency(),
  last_price: nullable(price('Of this fill')),
  last_quantity: nullable(quantity('Of this fill')),
  notional: nullable(amount()),
  fee: nullable(amount('currency', 'Below zero a rebate')),
  trade: nullable(id('trd', 'The two executions of a trade share it')),
  is_aggressor: nullable(flag('Whether its order took')),
  corrects: nullable(id('exe', 'The execution that it takes back or books anew')),
} as const
export const execution = object({
  ...executionFields,
  reason: nullable(text({ max: 64, description: 'Why, where it was rejected' })),
  text: nullable(text({ max: 500 })),
  unsolicited: nullable(text({ max: 64, description: 'Why, where its owner did not ask for it' })),
  after: nullable(order),
})
export const trade = object(executionFields)

export const position = object({
  account: id('acc'),
  instrument: id('ins'),
  symbol: symbol(),
  currency: currency(),
  quantity: quantity('Above zero long, below zero short'),
  available: quantity('What is not promised to open orders'),
  cost: amount('currency', 'What was paid for it; below zero what a short brought in'),
  realized: amount('currency', 'What closing brought, before fees'),
  bought: quantity(),
  sold: quantity(),
  quantity_at_open: quantity('At the beginning of the business day'),
  requirement: amount('currency', 'What is kept behind it'),
  price: nullable(price('What it is valued at')),
  value: nullable(amount()),
  unrealized: nullable(amount()),
  session_realized: nullable(
    amount('currency', 'Of futures and perpetuals: closed since the last session, not paid yet'),
  ),
  session_unrealized: nullable(amount('currency', 'The same of what is open')),
  funding: nullable(amount('currency', 'Funding since the last session; below zero it is paid')),
  is_expired: flag(),
  updated_at: instant(),
})

const standing = {
  account: id('acc'),
  instrument: id('ins'),
  symbol: symbol(),
  currency: currency(),
  quantity: quantity(),
  cost: amount(),
  realized: amount(),
  bought: quantity(),
  sold: quantity(),
} as const
/** A position as it stood behind a change. */
export const pastPosition = object({
  ...standing,
  sequence: count({ description: 'The last change before' }),
  time: instant(),
})
export const positionEntry = object({
  sequence: text({ max: 32, description: 'Where it stands in the book: sequence.index' }),
  time: instant(),
  type: text({ max: 64, description: 'What did it: `order.filled`, `position.settled`' }),
  ...standing,
  quantity_change: quantity(),
  cost_change: amount(),
  realized_change: amount(),
  execution: nullable(id('exe')),
  trade: nullable(id('trd')),
})

export const margin = object({
  account: id('acc'),
  currency: currency(),
  model: text({ max: 32, description: 'The margin model' }),
  posted: amount(),
  held: amount(),
  requirement: amount('currency', 'Kept behind positions'),
  open_orders: amount('currency', 'Reserved for open orders'),
  buying_power: amount(),
  withdrawable: amount(),
  unsettled_credits: amount(),
  unsettled_debits: amount(),
  positions_value: nullable(amount('currency', 'Null while a position has no price')),
  equity: nullable(amount()),
  standard: nullable(
    object({
      currency: currency(),
      margin_balance: amount('currency', 'The balance as if the session ended now'),
      initial_margin: amount('currency', 'Of positions and open orders'),
      maintenance_margin: amount(),
      session_realized: amount(),
      session_unrealized: amount(),
      options_value: amount(),
      unpriced: count({ description: 'Positions and orders without a price: in no figure' }),
      instruments: list(
        object({
          instrument: id('ins'),
          symbol: symbol(),
          currency: currency(),
          quantity: quantity(),
          initial: amount('currency', 'Of the position'),
          maintenance: amount('currency', 'Of the position'),
          open_orders: amount('currency', 'Of its open orders'),
        }),
        { max: 10_000 },
      ),
    }),
  ),
  derivations: list(
    object({
      figure: text({ max: 64 }),
      formula: text({ max: 500 }),
      inputs: list(object({ name: text({ max: 64 }), amount: worth(), source: text({ max: 500 }) }), {
        max: 100,
      }),
    }),
    { max: 100 },
  ),
})

export const EXAMPLE_ORDER_IN_MIND = {
  account: EXAMPLE.account,
  instrument: EXAMPLE.instrument,
  symbol: 'rain-tomorrow',
  client_order_id: 'morning-1',
  user: EXAMPLE.user,
  submitted_by: null,
  side: 'buy',
  type: 'limit',
  time_in_force: 'gtc',
  state: 'new',
  currency: 'USD',
  price: '0.37',
  stop_price: null,
  is_triggered: false,
  quantity: '100',
  filled: '0',
  cost: '0.00',
  average_price: null,
  fees: '0.00',
  expires_at: null,
  all_or_none: false,
  post_only: false,
  strict_limit: false,
  reduce_only: false,
  reprices: false,
  trigger: null,
  label: null,
  minimum_quantity: null,
  self_match_id: null,
  self_match_instruction: null,
  cash: null,
  cross: null,
  tags: {},
  created_at: EXAMPLE.at,
  entered_at: EXAMPLE.at,
  updated_at: EXAMPLE.at,
} as const
export const EXAMPLE_ORDER = { id: EXAMPLE.order, ...EXAMPLE_ORDER_IN_MIND } as const
export const EXAMPLE_TRADE = {
  id: EXAMPLE.execution,
  event: '980.1',
  sequence: 980,
  time: EXAMPLE.at,
  type: 'filled',
  order: EXAMPLE.order,
  client_order_id: 'morning-1',
  account: EXAMPLE.account,
  instrument: EXAMPLE.instrument,
  symbol: 'rain-tomorrow',
  side: 'buy',
  currency: 'USD',
  last_price: '0.37',
  last_quantity: '100',
  notional: '37.00',
  fee: '0.00',
  trade: EXAMPLE.trade,
  is_aggressor: false,
  corrects: null,
} as const
export const EXAMPLE_EXECUTION = {
  ...EXAMPLE_TRADE,
  reason: null,
  text: null,
  unsolicited: null,
  after: { ...EXAMPLE_ORDER, state: 'filled', filled: '100', cost: '37.00', average_price: '0.37' },
} as const
export const EXAMPLE_POSITION = {
  account: EXAMPLE.account,
  instrument: EXAMPLE.instrument,
  symbol: 'rain-tomorrow',
  currency: 'USD',
  quantity: '100',
  available: '100',
  cost: '37.00',
  realized: '0.00',
  bought: '100',
  sold: '0',
  quantity_at_open: '0',
  requirement: '0.00',
  price: '0.37',
  value: '37.00',
  unrealized: '0.00',
  session_realized: null,
  session_unrealized: null,
  funding: null,
  is_expired: false,
  updated_at: EXAMPLE.at,
} as const
const EXAMPLE_STANDING = {
  account: EXAMPLE.account,
  instrument: EXAMPLE.instrument,
  symbol: 'rain-tomorrow',
  currency: 'USD',
  quantity: '100',
  cost: '37.00',
  realized: '0.00',
  bought: '100',
  sold: '0',
} as const
export const EXAMPLE_PAST_POSITION = { ...EXAMPLE_STANDING, sequence: 980, time: EXAMPLE.at } as const
export const EXAMPLE_POSITION_ENTRY = {
  sequence: '980.2',
  time: EXAMPLE.at,
  type: 'order.filled',
  ...EXAMPLE_STANDING,
  quantity_change: '100',
  cost_change: '37.00',
  realized_change: '0.00',
  execution: EXAMPLE.execution,
  trade: EXAMPLE.trade,
} as const
