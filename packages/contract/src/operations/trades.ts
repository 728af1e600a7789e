/** What became of orders: execution reports, trades, and their corrections; and drop copy, the same by firm. */
import { operation } from '../operation.js'
import { EXAMPLE, made, page, paging, period, reason } from '../resources/common.js'
import {
  EXAMPLE_EXECUTION,
  EXAMPLE_TRADE,
  EXECUTION_TYPES,
  execution,
  TRADE_TYPES,
  trade,
} from '../resources/trading.js'
import { choice, flag, id, instrumentRef, list, object, optional, price } from '../wire/index.js'
import { whose } from './order-reads.js'

export const TRADE_OPERATIONS = [
  operation('executions.list', {
    kind: 'history',
    method: 'GET',
    path: '/executions',
    summary: 'List execution reports of an account or a subtree',
    description: 'One for each step of an order’s life, with the order as it stood after it.',
    scope: 'orders:read',
    input: object({
      ...whose,
      order: optional(id('ord')),
      trade: optional(id('trd')),
      instrument: optional(instrumentRef()),
      types: optional(list(choice(EXECUTION_TYPES), { max: EXECUTION_TYPES.length }), []),
      ...period,
      ...paging,
    }),
    output: page(execution),
    refusals: ['not_visible', 'instrument_unknown'],
    example: {
      request: { account: EXAMPLE.account, order: EXAMPLE.order },
      response: { items: [EXAMPLE_EXECUTION], next_cursor: null },
    },
  }),
  operation('trades.list', {
    kind: 'history',
    method: 'GET',
    path: '/trades',
    summary: 'List trades of an account or a subtree, one row for each side within reach',
    scope: 'orders:read',
    input: object({
      ...whose,
      trade: optional(id('trd')),
      instrument: optional(instrumentRef()),
      types: optional(list(choice(TRADE_TYPES), { max: TRADE_TYPES.length }), []),
      ...period,
      ...paging,
    }),
    output: page(trade),
    refusals: ['not_visible', 'instrument_unknown'],
    example: {
      request: { account: EXAMPLE.account },
      response: { items: [EXAMPLE_TRADE], next_cursor: null },
    },
  }),
  operation('trades.bust', {
    kind: 'command',
    method: 'POST',
    path: '/trades/{trade}/bust',
    summary: 'Take a trade back: between the same accounts, at its price, fees included',
    scope: 'corrections:write',
    input: object({ trade: id('trd'), reason: reason() }),
    output: made('trade', 'trd'),
    refusals: [
      'not_visible',
      'level_insufficient',
      'already_reversed',
      'not_reversible',
      'amount_out_of_range',
    ],
    example: {
      request: { trade: EXAMPLE.trade, reason: 'Clearly erroneous' },
      response: { trade: EXAMPLE.trade, sequence: 985 },
    },
  }),
  operation('trades.correct', {
    kind: 'command',
    method: 'POST',
    path: '/trades/{trade}/correct',
    summary: 'Take a trade back and book it anew at the price that it should have had',
    description: 'The answer names the trade that takes its place; its fees stay.',
    scope: 'corrections:write',
    input: object({ trade: id('trd'), price: price(), reason: reason() }),
    output: made('trade', 'trd'),
    refusals: [
      'not_visible',
      'level_insufficient',
      'already_reversed',
      'not_reversible',
      'amount_out_of_range',
    ],
    example: {
      request: { trade: EXAMPLE.trade, price: '0.36', reason: 'Price of the agreement' },
      response: { trade: 'trd_90', sequence: 986 },
    },
  }),
  operation('drop_copy.list', {
    kind: 'history',
    method: 'GET',
    path: '/drop-copy',
    summary: 'Read the execution reports of a subtree in the order in which they happened',
    description:
      'Needs no more than the level `reports_only`. Live and resumable: /stemma/v1/drop-copy/stream (SSE) and /stemma/v1/ws.',
    scope: 'dropcopy:read',
    input: object({
      under: id('pty', 'This party and everything beneath it'),
      ...period,
      newest_first: optional(flag('Newest first'), false),
      ...paging,
    }),
    output: page(execution),
    refusals: ['not_visible', 'level_insufficient'],
    example: {
      request: { under: EXAMPLE.firm },
      response: { items: [EXAMPLE_EXECUTION], next_cursor: null },
    },
  }),
] as const
