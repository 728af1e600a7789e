/** Positions: as they stand, as they stood, and what made them; moved and adjusted. */
import { operation } from '../operation.js'
import { EXAMPLE, made, page, paging, period } from '../resources/common.js'
import { symbol } from '../resources/market.js'
import {
  EXAMPLE_PAST_POSITION,
  EXAMPLE_POSITION,
  EXAMPLE_POSITION_ENTRY,
  pastPosition,
  position,
  positionEntry,
  SIDES,
} from '../resources/trading.js'
import {
  choice,
  count,
  flag,
  id,
  instant,
  instrumentRef,
  list,
  object,
  optional,
  price,
  quantity,
  text,
  worth,
} from '../wire/index.js'

/** Positions that one request moves. */
export const MOVE_LEGS_MAX = 250

export const POSITION_OPERATIONS = [
  operation('positions.list', {
    kind: 'query',
    method: 'GET',
    path: '/accounts/{account}/positions',
    summary: 'List the positions of an account, with their worth where a price is known',
    scope: 'positions:read',
    input: object({
      account: id('acc'),
      instruments: optional(list(instrumentRef(), { max: 100 })),
      is_open_only: optional(flag('Leave out what is flat'), false),
      is_active_only: optional(flag('Leave out what has expired'), false),
      ...paging,
    }),
    output: page(position),
    refusals: ['not_visible', 'instrument_unknown'],
    example: {
      request: { account: EXAMPLE.account },
      response: { items: [EXAMPLE_POSITION], next_cursor: null },
    },
  }),
  operation('positions.get', {
    kind: 'query',
    method: 'GET',
    path: '/accounts/{account}/positions/{instrument}',
    summary: 'Read the position of an account in one instrument',
    scope: 'positions:read',
    input: object({ account: id('acc'), instrument: instrumentRef() }),
    output: position,
    refusals: ['not_visible', 'instrument_unknown'],
    example: {
      request: { account: EXAMPLE.account, instrument: 'rain-tomorrow' },
      response: EXAMPLE_POSITION,
    },
  }),
  operation('positions.entries', {
    kind: 'history',
    method: 'GET',
    path: '/accounts/{account}/position-entries',
    summary: 'Read what changed the positions of an account, and where they stood then',
    scope: 'positions:read',
    input: object({
      account: id('acc'),
      instrument: optional(instrumentRef()),
      trade: optional(id('trd')),
      ...period,
      ...paging,
    }),
    output: page(positionEntry),
    refusals: ['not_visible', 'instrument_unknown'],
    example: {
      request: { account: EXAMPLE.account },
      response: { items: [EXAMPLE_POSITION_ENTRY], next_cursor: null },
    },
  }),
  operation('positions.as_of', {
    kind: 'history',
    method: 'GET',
    path: '/accounts/{account}/positions-as-of',
    summary: 'Read the positions of an account as of a time or a sequence',
    description: 'Either `time` or `sequence`; what the account had not traded by then is left out.',
    scope: 'positions:read',
    input: object({
      account: id('acc'),
      time: optional(instant('As of this time')),
      sequence: optional(count({ description: 'As of this sequence' })),
      instrument: optional(instrumentRef()),
      ...paging,
    }),
    output: page(pastPosition),
    refusals: ['not_visible', 'instrument_unknown'],
    example: {
      request: { account: EXAMPLE.account, sequence: 1_000_000_000_000 },
      response: { items: [EXAMPLE_PAST_POSITION], next_cursor: null },
    },
  }),
  operation('positions.adjust', {
    kind: 'command',
    method: 'POST',
    path: '/positions/adjust',
    summary: 'Book securities that come in from the outside world or go out to it',
    description: 'No money moves. Contracts come into being by trades only.',
    scope: 'corrections:write',
    input: object({
      account: id('acc'),
      instrument: instrumentRef(),
      quantity: quantity('Above zero comes in'),
      cost: worth('What it had cost in all; of what goes out, what it is worth in all'),
      description: text({ max: 500 }),
    }),
    output: made('position', 'pos'),
    refusals: [
      'not_visible',
      'level_insufficient',
      'instrument_unknown',
      'order_rejected',
      'insufficient_position',
      'same_account',
      'amount_out_of_range',
    ],
    example: {
      request: {
        account: EXAMPLE.account,
        instrument: 'ACME',
        quantity: '100',
        cost: '1250.00',
        description: 'Transfer from another broker',
      },
      response: { position: EXAMPLE.position, sequence: 987 },
    },
  }),
  operation('positions.move', {
    kind: 'command',
    method: 'POST',
    path: '/positions/move',
    summary: 'Move positions to another account of the same main account, all legs or none',
    description:
      'Futures, perpetuals and options that settle in one currency. No order, no fee, no new interest; both accounts have to hold the margin behind it.',
    scope: 'orders:write',
    input: object({
      from: id('acc'),
      to: id('acc'),
      legs: list(
        object({
          instrument: instrumentRef(),
          quantity: quantity('How much of what is open, above zero for a short too'),
          price: optional(price('What the source paid on average unless said; need not be on a tick')),
        }),
        { min: 1, max: MOVE_LEGS_MAX },
      ),
    }),
    output: object({
      move: id('mov'),
      legs: list(
        object({
          instrument: id('ins'),
          symbol: symbol(),
          trade: id('trd'),
          side: choice(SIDES, 'What the target does: it buys where a long comes to it'),
          quantity: quantity(),
          price: price(),
        }),
        { max: MOVE_LEGS_MAX },
      ),
      sequence: count(),
    }),
    refusals: [
      'not_visible',
      'level_insufficient',
      'party_suspended',
      'account_not_active',
      'blocked',
      'instrument_unknown',
      'main_account_invalid',
      'same_account',
      'currencies_differ',
      'order_rejected',
      'insufficient_position',
      'margin_insufficient',
      'moves_exceeded',
      'amount_out_of_range',
    ],
    example: {
      request: {
        from: EXAMPLE.account,
        to: EXAMPLE.second,
        legs: [{ instrument: 'BTC-PERPETUAL', quantity: '200' }],
      },
      response: {
        move: EXAMPLE.move,
        legs: [
          {
            instrument: EXAMPLE.instrument,
            symbol: 'BTC-PERPETUAL',
            trade: EXAMPLE.trade,
            side: 'buy',
            quantity: '200',
            price: '98000',
          },
        ],
        sequence: 988,
      },
    },
  }),
] as const
