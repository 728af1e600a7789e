/** Market-maker protection on the wire. */
import { count, flag, id, instant, nullable, object, price, text } from '../wire/index.js'
import { EXAMPLE } from './common.js'

export const protection = object({
  id: id('mmp'),
  account: id('acc'),
  index: text({ max: 64 }),
  group: nullable(text({ max: 64, description: 'Of quotes: their group. Null: of orders' })),
  interval_seconds: count(),
  frozen_seconds: count({ description: '0: until it is reset' }),
  quantity_limit: nullable(price('Of the coin: what fills within the interval may come to')),
  delta_limit: nullable(price('Of the coin: what they may leave open')),
  side_quantity_max: nullable(price('Of the coin: what may be open on a side of an instrument')),
  counted_from: nullable(instant('When the interval that is counted began')),
  traded: price('Of the coin, in that interval'),
  delta: price('What it leaves open; below zero more was sold'),
  is_frozen: flag('It was triggered, and no protected order is taken'),
  frozen_until: nullable(instant()),
  quotes_frozen_until: nullable(instant('A cancel asked that no quote be taken before')),
  updated_at: instant(),
})

export const EXAMPLE_PROTECTION = {
  id: 'mmp_93',
  account: EXAMPLE.account,
  index: 'btc_usd',
  group: null,
  interval_seconds: 5,
  frozen_seconds: 30,
  quantity_limit: '3',
  delta_limit: '1.5',
  side_quantity_max: null,
  counted_from: null,
  traded: '0',
  delta: '0',
  is_frozen: false,
  frozen_until: null,
  quotes_frozen_until: null,
  updated_at: EXAMPLE.at,
} as const
