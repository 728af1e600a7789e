/** What is asked of an order: by whoever places it, crosses it with another, or only wants to know what it would meet. */
import { EXAMPLE } from '../resources/common.js'
import {
  clientOrderId,
  ORDER_TRIGGERS,
  ORDER_TYPES,
  PRICINGS,
  SELF_MATCH_INSTRUCTIONS,
  SIDES,
  TIMES_IN_FORCE,
} from '../resources/trading.js'
import {
  choice,
  fields,
  flag,
  id,
  instant,
  instrumentRef,
  optional,
  price,
  quantity,
  rate,
  text,
  worth,
} from '../wire/index.js'
import { label } from './linked-orders.js'

export const asked = {
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

export const EXAMPLE_ASKED = {
  account: EXAMPLE.account,
  instrument: 'rain-tomorrow',
  side: 'buy',
  type: 'limit',
  time_in_force: 'gtc',
  quantity: '100',
  price: '0.37',
  client_order_id: 'morning-1',
} as const
