/** Orders: placed, replaced, cancelled and crossed. */
import { operation } from '../operation.js'
import { EXAMPLE } from '../resources/common.js'
import { INSTRUMENT_KINDS } from '../resources/market.js'
import { clientOrderId, ORDER_STATES, ORDER_TYPES, SIDES, TIMES_IN_FORCE } from '../resources/trading.js'
import {
  choice,
  count,
  currency,
  flag,
  id,
  instant,
  instrumentRef,
  list,
  object,
  optional,
  price,
  quantity,
  rate,
  text,
} from '../wire/index.js'
import { asked, EXAMPLE_ASKED } from './asked-order.js'
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

export const ORDER_OPERATIONS = [
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
    description:
      'Both are plain limit orders of one price in money. Nobody who rests at that price or a better one is passed over.',
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
