/** Orders read back, whatever became of them, and what one would meet that is not placed. */
import { operation } from '../operation.js'
import { EXAMPLE, page, paging, period } from '../resources/common.js'
import {
  clientOrderId,
  EXAMPLE_ORDER,
  EXAMPLE_ORDER_IN_MIND,
  ORDER_STATES,
  order,
  orderInMind,
  SIDES,
} from '../resources/trading.js'
import {
  amount,
  choice,
  currency,
  fields,
  id,
  instrumentRef,
  list,
  nullable,
  object,
  optional,
  price,
  quantity,
  text,
} from '../wire/index.js'
import { asked, EXAMPLE_ASKED } from './asked-order.js'

/** What history is asked for: one account, or a party and everything beneath it. */
export const whose = {
  account: optional(id('acc', 'Either this or `under`')),
  under: optional(id('pty', 'This party and everything beneath it')),
} as const

export const ORDER_READ_OPERATIONS = [
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
