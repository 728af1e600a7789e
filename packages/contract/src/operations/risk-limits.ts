/** Risk limits of accounts, groups and parties, and the locks on what has lost too much in a day. */
import { operation } from '../operation.js'
import { EXAMPLE, made } from '../resources/common.js'
import {
  amount,
  anyId,
  choice,
  count,
  currency,
  flag,
  id,
  instant,
  list,
  nullable,
  object,
  optional,
  price,
  rate,
  text,
  units,
} from '../wire/index.js'

export const LIMITS_OF_NODE_MAX = 1_000
const COUNT_MAX = 1_000_000
const LOCKS_MAX = 10_000

const node = () => anyId(['pty', 'acc', 'grp'], 'A party, an account or a group')
/** A node in an answer: the engine gives it by its shown id already. */
const shownNode = (description: string) => ({
  ...anyId(['pty', 'acc', 'grp'], description),
  decode: (value: unknown) => value,
})
const EXAMPLE_LIMIT = 'rlm_90'
const EXAMPLE_LOCK = 'llo_91'

const bounds = {
  order_quantity: optional(units('Of one order')),
  order_notional: optional(amount('currency', 'Of one order')),
  position: optional(
    units(
      'What is held net and may still be filled, either way; of a group or a party, over all of its accounts',
    ),
  ),
  price_low: optional(price('Not below; of one instrument only')),
  price_high: optional(price('Not above; of one instrument only')),
  price_deviation: optional(rate('How far from the last price, as a part of it: 0.1 is a tenth')),
  open_orders: optional(count({ max: COUNT_MAX, description: 'At once' })),
  order_rate: optional(count({ max: COUNT_MAX, description: 'In a second' })),
  daily_loss: optional(amount('currency', 'Realized, unrealized and fees of the business day')),
} as const

const limit = object({
  id: id('rlm'),
  node: shownNode('Where it stands'),
  authority: shownNode('Whose administrators alone may change it'),
  instrument: nullable(id('ins')),
  currency: nullable(currency()),
  order_quantity: nullable(units('Of one order')),
  order_notional: nullable(amount()),
  position: nullable(units('Net, either way')),
  price_low: nullable(price()),
  price_high: nullable(price()),
  price_deviation: nullable(rate('As a part of the last price')),
  open_orders: nullable(count()),
  order_rate: nullable(count()),
  daily_loss: nullable(amount()),
  lifts_daily: flag('Whether a lock is free again when the business date turns'),
  updated_at: instant(),
})

const exampleLimit = {
  id: EXAMPLE_LIMIT,
  node: EXAMPLE.firm,
  authority: EXAMPLE.firm,
  instrument: null,
  currency: 'USD',
  order_quantity: '500',
  order_notional: null,
  position: null,
  price_low: null,
  price_high: null,
  price_deviation: '0.1',
  open_orders: 200,
  order_rate: 50,
  daily_loss: '25000.00',
  lifts_daily: true,
  updated_at: EXAMPLE.at,
} as const

const KINDS = [
  'order_quantity',
  'price_low',
  'price_high',
  'price_deviation',
  'order_notional',
  'position',
  'open_orders',
  'order_rate',
  'daily_loss',
] as const

const LIMITS = [
  operation('risk_limits.set', {
    kind: 'command',
    method: 'PUT',
    path: '/nodes/{node}/risk-limits',
    summary: 'Limit what a node may do, in all instruments or in one',
    description:
      'Takes the place of what the same authority said before of the node, instrument and currency; what is left out is not limited. Every node on the way up is asked and the strictest wins; a party is limited in each order beneath it and in the sum over its accounts. Orders that only reduce pass all but the bounds of price and rate.',
    scope: 'risk:write',
    input: object({
      node: node(),
      authority: optional(
        anyId(
          ['pty', 'acc', 'grp'],
          'The node itself, or one above it, whose administrators alone may change the limit',
        ),
      ),
      instrument: optional(id('ins', 'All instruments unless said')),
      currency: optional(currency('Of its amounts; with one it holds for instruments of that currency')),
      ...bounds,
      lifts_daily: optional(flag('Whether a lock is free again when the business date turns'), false),
    }),
    output: made('limit', 'rlm'),
    refusals: ['not_visible', 'instrument_unknown', 'limit_reached'],
    example: {
      request: {
        node: EXAMPLE.firm,
        currency: 'USD',
        order_quantity: '500',
        price_deviation: '0.1',
        open_orders: 200,
        order_rate: 50,
        daily_loss: '25000.00',
        lifts_daily: true,
      },
      response: { limit: EXAMPLE_LIMIT, sequence: 910 },
    },
  }),
  operation('risk_limits.clear', {
    kind: 'command',
    method: 'DELETE',
    path: '/risk-limits/{limit}',
    summary: 'Take a limit away',
    description: 'What it has locked stays locked until that is lifted.',
    scope: 'risk:write',
    input: object({ limit: id('rlm') }),
    output: made('limit', 'rlm'),
    refusals: ['not_visible'],
    example: { request: { limit: EXAMPLE_LIMIT }, response: { limit: EXAMPLE_LIMIT, sequence: 911 } },
  }),
  operation('risk_limits.list', {
    kind: 'query',
    method: 'GET',
    path: '/nodes/{node}/risk-limits',
    summary: 'List the limits that stand at a node itself',
    scope: 'risk:read',
    input: object({ node: node() }),
    output: object({ items: list(limit, { max: LIMITS_OF_NODE_MAX }) }),
    refusals: ['not_visible'],
    example: { request: { node: EXAMPLE.firm }, response: { items: [exampleLimit] } },
  }),
  operation('risk_limits.effective', {
    kind: 'query',
    method: 'GET',
    path: '/nodes/{node}/risk-limits/effective',
    summary: 'Read the strictest limit of each kind that holds at a node, with its source',
    scope: 'risk:read',
    input: object({ node: node(), instrument: optional(id('ins', 'What holds in it; in all unless said')) }),
    output: object({
      items: list(
        object({
          kind: choice(KINDS),
          value: text({ max: 64, description: 'Decimal text' }),
          currency: nullable(currency()),
          instrument: nullable(id('ins')),
          source: shownNode('The node that it stands at'),
          limit: id('rlm'),
        }),
        { max: LIMITS_OF_NODE_MAX },
      ),
    }),
    refusals: ['not_visible', 'instrument_unknown'],
    example: {
      request: { node: EXAMPLE.account },
      response: {
        items: [
          {
            kind: 'order_quantity',
            value: '500',
            currency: 'USD',
            instrument: null,
            source: EXAMPLE.firm,
            limit: EXAMPLE_LIMIT,
          },
        ],
      },
    },
  }),
] as const

const LOCKOUTS = [
  operation('loss_lockouts.list', {
    kind: 'query',
    method: 'GET',
    path: '/nodes/{node}/loss-lockouts',
    summary: 'List the locks that a node is under, its own and those above it',
    description: 'A lock that was lifted is listed until its business day is over.',
    scope: 'risk:read',
    input: object({ node: node() }),
    output: object({
      items: list(
        object({
          id: id('llo'),
          node: shownNode('What is locked'),
          authority: shownNode('Whose administrators alone may lift it'),
          limit: id('rlm'),
          currency: currency(),
          allowed: amount('currency', 'What the limit allowed'),
          loss: amount('currency', 'What had been lost when it was locked'),
          state: choice(['locked', 'lifted']),
          locked_at: instant(),
          until: nullable(instant('When it lifts itself, or is forgotten')),
        }),
        { max: LOCKS_MAX },
      ),
    }),
    refusals: ['not_visible'],
    example: { request: { node: EXAMPLE.firm }, response: { items: [] } },
  }),
  operation('loss_lockouts.lift', {
    kind: 'command',
    method: 'POST',
    path: '/loss-lockouts/{lockout}/lift',
    summary: 'Let what had lost too much increase again',
    description: 'Only whoever administers the authority of the limit can; the loss counts anew from here.',
    scope: 'risk:write',
    input: object({ lockout: id('llo') }),
    output: made('lockout', 'llo'),
    refusals: ['not_visible', 'transition_invalid'],
    example: { request: { lockout: EXAMPLE_LOCK }, response: { lockout: EXAMPLE_LOCK, sequence: 912 } },
  }),
] as const

export const RISK_OPERATIONS = [...LIMITS, ...LOCKOUTS] as const
