/** Orders: placed, replaced, cancelled, crossed, previewed, and read back whatever became of them. */
import { operation } from '../operation.js'
import { EXAMPLE, page, paging, period } from '../resources/common.js'
import { INSTRUMENT_KINDS } from '../resources/market.js'
import {
  clientOrderId,
  EXAMPLE_ORDER,
  EXAMPLE_ORDER_IN_MIND,
  ORDER_STATES,
  ORDER_TRIGGERS,
  ORDER_TYPES,
  order,
  orderInMind,
  PRICINGS,
  SELF_MATCH_INSTRUCTIONS,
  SIDES,
  TIMES_IN_FORCE,
} from '../resources/trading.js'
import {
  amount,
  choice,
  count,
  currency,
  fields,
  flag,
  id,
  instant,
  instrumentRef,
  list,
  nullable,
  object,
  optional,
  price,
  quantity,
  rate,
  text,
  worth,
} from '../wire/index.js'
import { label, linked } from './linked-orders.js'
import { quoteSet } from './market-making.js'

const onReject = () =>
  optional(
    choice(
      ['refuse', 'record'],
      'What a failed business check does: nothing at all, or an order that is recorded as rejected',
    ),
    'refuse',
  )

const asked = {
  account: id('acc'),
  instrument: instrumentRef(),
  side: choice(SIDES),
  type: choice(ORDER_TYPES),
  time_in_force: optional(choice(TIMES_IN_FORCE, '`day` unless said'), 'day'),
  quantity: optional(quantity('Either this or `cash`')),
  cash: optional(worth('Spend or raise this much: market_to_limit, or a limit that is filled or killed')),
  price: optional(price('The limit')),
  pricing: optional(choice(PRICINGS, 'Where the limit comes from; `given` unless said'), 'given'),
  stop_price: optional(price('What a stop or a take waits for')),
  expires_at: optional(instant('Of an order that is good till a date')),
  client_order_id: optional(clientOrderId()),
  minimum_quantity: optional(quantity('The least that the first execution fills')),
  all_or_none: optional(flag(), false),
  post_only: optional(flag('Rejected where it would take'), false),
  strict_limit: optional(flag('Rejected where it would trade worse than its limit'), false),
  reduce_only: optional(flag('Rejected where it could open a position'), false),
  reprices: optional(flag('With `post_only`: rests a tick behind where it would take'), false),
  trigger: optional(
    choice(ORDER_TRIGGERS, 'Of stops and takes: what they wait on; that of the instrument unless said'),
  ),
  trailing_offset: optional(price('Of a trailing stop: how far behind the best price it waits')),
  display_quantity: optional(
    quantity(
      'Makes an iceberg: the book shows so much at a time, at least 100 lots and more than a 101st of it',
    ),
  ),
  usd_price: optional(
    price('Of an option in coin, instead of `price`: the limit in dollars, which follows the index'),
  ),
  volatility: optional(
    rate(
      'Of an option, instead of `price`: 0.65 for 65 percent a year; the limit is what Black-76 makes of it, and follows index and time',
    ),
  ),
  must_wait: optional(
    flag('Of stops and takes: rejected where the price is there already that they wait for'),
    false,
  ),
  is_protected: optional(flag('Under the market-maker protection of its index'), false),
  label: optional(label()),
  self_match_id: optional(
    text({ max: 64, pattern: /^[\x21-\x7e]+$/, meaning: '1 to 64 visible characters' }),
  ),
  self_match_instruction: optional(choice(SELF_MATCH_INSTRUCTIONS)),
  tags: optional(fields('Your own words: up to 16 texts'), {}),
} as const

const EXAMPLE_ASKED = {
  account: EXAMPLE.account,
  instrument: 'rain-tomorrow',
  side: 'buy',
  type: 'limit',
  time_in_force: 'gtc',
  quantity: '100',
  price: '0.37',
  client_order_id: 'morning-1',
} as const

const PLACE_REFUSALS = [
  'not_visible',
  'level_insufficient',
  'account_not_active',
  'party_suspended',
  'blocked',
  'permission_missing',
  'instrument_unknown',
  'client_order_id_taken',
  'order_rejected',
] as const
const CHANGE_REFUSALS = ['not_visible', 'level_insufficient', 'order_not_open', 'order_rejected'] as const

const placed = object({
  order: id('ord'),
  state: choice([...ORDER_STATES, 'ended'], '`ended`: what was left of it did not rest'),
  sequence: count({ description: 'Its place in the book; durable by the time of the answer' }),
})

const COMMANDS = [
  operation('orders.place', {
    kind: 'command',
    method: 'POST',
    path: '/orders',
    summary: 'Place an order; it trades with what is there at once',
    description:
      'A dry run tells the whole outcome: the order, its executions, and what they would do to money and positions. An order that can only reduce a position needs no more than the level `close_only`.',
    scope: 'orders:write',
    input: object({ ...asked, linked: optional(linked), on_reject: onReject() }),
    output: placed,
    refusals: PLACE_REFUSALS,
    example: { request: EXAMPLE_ASKED, response: { order: EXAMPLE.order, state: 'new', sequence: 980 } },
  }),
  operation('orders.replace', {
    kind: 'command',
    method: 'POST',
    path: '/orders/{order}/replace',
    summary: 'Give an open order another price, quantity or time',
    description:
      'What is left out stays. It keeps its place in the queue when only its quantity changes, and that downwards.',
    scope: 'orders:write',
    input: object({
      order: id('ord'),
      client_order_id: optional(clientOrderId()),
      price: optional(price()),
      stop_price: optional(price()),
      quantity: optional(quantity('Of the whole order, what is filled included')),
      time_in_force: optional(choice(TIMES_IN_FORCE)),
      expires_at: optional(instant()),
      minimum_quantity: optional(quantity()),
      all_or_none: optional(flag()),
      post_only: optional(flag()),
      strict_limit: optional(flag()),
      reduce_only: optional(flag()),
      reprices: optional(flag()),
      trailing_offset: optional(price('Counted from the price that it has followed so far')),
      usd_price: optional(price('Of one that is priced in dollars')),
      volatility: optional(rate('Of one that is priced by a volatility')),
      display_quantity: optional(
        quantity('Goes to the end of the queue, as a limit order can that was none'),
      ),
      on_reject: onReject(),
    }),
    output: object({
      order: id('ord'),
      replaced: flag('False where it was recorded as rejected'),
      sequence: count(),
    }),
    refusals: [...CHANGE_REFUSALS, 'client_order_id_taken', 'transition_invalid'],
    example: {
      request: { order: EXAMPLE.order, price: '0.38' },
      response: { order: EXAMPLE.order, replaced: true, sequence: 981 },
    },
  }),
  operation('orders.cancel', {
    kind: 'command',
    method: 'POST',
    path: '/orders/{order}/cancel',
    summary: 'Cancel an open order',
    description: 'One that was filled, cancelled or has expired is `order_not_open`.',
    scope: 'orders:write',
    input: object({ order: id('ord') }),
    output: object({
      order: id('ord'),
      is_pending: flag('Whether an outside venue has to answer first; until then the order is open'),
      sequence: count(),
    }),
    refusals: CHANGE_REFUSALS,
    example: {
      request: { order: EXAMPLE.order },
      response: { order: EXAMPLE.order, is_pending: false, sequence: 982 },
    },
  }),
  operation('orders.cancel_all', {
    kind: 'command',
    method: 'POST',
    path: '/accounts/{account}/orders/cancel',
    summary: 'Cancel the open orders of an account, up to 1,000 at once',
    scope: 'orders:write',
    input: object({
      account: id('acc'),
      instrument: optional(instrumentRef('In this instrument only')),
      side: optional(choice(SIDES)),
      currency: optional(currency('In instruments that settle in it')),
      kinds: optional(list(choice(INSTRUMENT_KINDS), { max: 16 })),
      types: optional(list(choice(ORDER_TYPES), { max: 16 })),
      label: optional(label()),
      only_quotes: optional(flag('Quotes alone'), false),
      quote_set: optional(quoteSet('Quotes of this set alone')),
      freezes_quotes: optional(flag('No quote of the account is taken for a second'), false),
    }),
    output: object({
      orders: list(id('ord'), { max: 1_000 }),
      more: flag('Whether some are left'),
      sequence: count(),
    }),
    refusals: ['not_visible', 'level_insufficient', 'instrument_unknown'],
    example: {
      request: { account: EXAMPLE.account },
      response: { orders: [EXAMPLE.order], more: false, sequence: 983 },
    },
  }),
  operation('positions.close', {
    kind: 'command',
    method: 'POST',
    path: '/positions/close',
    summary: 'Close what an account holds of an instrument',
    description:
      'An order that may reduce only, for all that is held: at the market, or at a limit that rests.',
    scope: 'orders:write',
    input: object({
      account: id('acc'),
      instrument: instrumentRef(),
      price: optional(price('The limit; at the market unless said')),
      label: optional(label()),
    }),
    output: placed,
    refusals: PLACE_REFUSALS,
    example: {
      request: { account: EXAMPLE.account, instrument: 'rain-tomorrow', price: '0.37' },
      response: { order: EXAMPLE.order, state: 'new', sequence: 984 },
    },
  }),
  operation('orders.cross', {
    kind: 'command',
    method: 'POST',
    path: '/orders/cross',
    summary: 'Trade two agreed orders with each other, all or none',
    description: 'Nobody who rests at that price or a better one is passed over.',
    scope: 'orders:write',
    input: object({
      cross: text({ max: 64, description: 'Your id of it' }),
      orders: list(object({ ...asked, on_reject: onReject() }), { min: 2, max: 2 }),
      prioritized_side: optional(choice(SIDES, 'The side that counts as the one that takes')),
    }),
    output: object({
      orders: list(id('ord'), { max: 2 }),
      trade: id('trd'),
      sequence: count(),
    }),
    refusals: PLACE_REFUSALS,
    example: {
      request: {
        cross: 'agreed-1',
        orders: [
          EXAMPLE_ASKED,
          { ...EXAMPLE_ASKED, account: EXAMPLE.second, side: 'sell', client_order_id: 'agreed-1-sell' },
        ],
      },
      response: { orders: [EXAMPLE.order, 'ord_82'], trade: EXAMPLE.trade, sequence: 984 },
    },
  }),
] as const

/** What history is asked for: one account, or a party and everything beneath it. */
export const whose = {
  account: optional(id('acc', 'Either this or `under`')),
  under: optional(id('pty', 'This party and everything beneath it')),
} as const

const READS = [
  operation('orders.preview', {
    kind: 'query',
    method: 'GET',
    path: '/orders/preview',
    summary: 'Ask what an order would meet, without placing it',
    description: 'For the whole outcome with all its effects, place it with `dry_run`.',
    scope: 'orders:read',
    input: object(asked),
    output: object({
      order: orderInMind,
      fault: nullable(
        object({
          code: text({ max: 64 }),
          text: text({ max: 500 }),
          data: optional(fields('The figures behind it')),
        }),
      ),
      currency: currency(),
      quantity: quantity('What it would trade at once'),
      worth: amount('currency', 'What that is worth'),
      best_price: nullable(price()),
      worst_price: nullable(price()),
      fee_currency: currency('What it would be charged in'),
      fees: amount('feeCurrency', 'The most that taking it would be charged'),
    }),
    refusals: ['not_visible', 'instrument_unknown'],
    example: {
      request: EXAMPLE_ASKED,
      response: {
        order: EXAMPLE_ORDER_IN_MIND,
        fault: null,
        currency: 'USD',
        quantity: '0',
        worth: '0.00',
        best_price: null,
        worst_price: null,
        fee_currency: 'USD',
        fees: '0.00',
      },
    },
  }),
  operation('orders.open', {
    kind: 'query',
    method: 'GET',
    path: '/orders/open',
    summary: 'List the open orders of accounts',
    scope: 'orders:read',
    input: object({
      accounts: list(id('acc'), { min: 1, max: 100 }),
      instruments: optional(list(instrumentRef(), { max: 100 })),
      ...paging,
    }),
    output: page(order),
    refusals: ['not_visible', 'instrument_unknown'],
    example: {
      request: { accounts: [EXAMPLE.account] },
      response: { items: [EXAMPLE_ORDER], next_cursor: null },
    },
  }),
  operation('orders.list', {
    kind: 'history',
    method: 'GET',
    path: '/orders',
    summary: 'List orders, open and ended, of an account or a subtree',
    scope: 'orders:read',
    input: object({
      ...whose,
      instrument: optional(instrumentRef()),
      states: optional(list(choice(ORDER_STATES), { max: ORDER_STATES.length }), []),
      side: optional(choice(SIDES)),
      client_order_id: optional(clientOrderId()),
      ...period,
      ...paging,
    }),
    output: page(order),
    refusals: ['not_visible', 'instrument_unknown'],
    example: {
      request: { account: EXAMPLE.account },
      response: { items: [{ ...EXAMPLE_ORDER, reason: null }], next_cursor: null },
    },
  }),
  operation('orders.get', {
    kind: 'query',
    method: 'GET',
    path: '/orders/{order}',
    summary: 'Read an order, open or ended',
    scope: 'orders:read',
    input: object({ order: id('ord') }),
    output: order,
    refusals: ['not_visible'],
    example: { request: { order: EXAMPLE.order }, response: EXAMPLE_ORDER },
  }),
  operation('orders.find', {
    kind: 'query',
    method: 'GET',
    path: '/accounts/{account}/orders/{client_order_id}',
    summary: 'Read an order by the client’s own id: the open one, else the latest',
    scope: 'orders:read',
    input: object({ account: id('acc'), client_order_id: clientOrderId() }),
    output: order,
    refusals: ['not_visible'],
    example: {
      request: { account: EXAMPLE.account, client_order_id: 'morning-1' },
      response: EXAMPLE_ORDER,
    },
  }),
] as const

export const ORDER_OPERATIONS = [...COMMANDS, ...READS] as const
