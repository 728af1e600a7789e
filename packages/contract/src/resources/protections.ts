/** Market-maker protection on the wire. */
import { count, flag, id, instant, nullable, object, price, text } from '../wire/index.js'
import { EXAMPLE } from './common.js'

export const protection = object({
  id: id('mmp'),
  account: id('acc'),
  index: text({ max: 64 }),
  interval_seconds: count(),
  frozen_seconds: count({ description: '0: until it is reset' }),
  quantity_limit: nullable(price('Of the coin: what fills within the interval may come to')),
  delta_limit: nullable(price('Of the coin: what they may leave open')),
  counted_from: nullable(instant('When the interval that is counted began')),
  traded: price('Of the coin, in that interval'),
  delta: price('What it leaves open; below zero more was sold'),
  is_frozen: flag('It was triggered, and no protected order is taken'),
  frozen_until: nullable(instant()),
  updated_at: instant(),
})

export const EXAMPLE_PROTECTION = {
  id: 'mmp_93',
  account: EXAMPLE.account,
  index: 'btc_usd',
  interval_seconds: 5,
  frozen_seconds: 30,
  quantity_limit: '3',
  delta_limit: '1.5',
  counted_from: null,
  traded: '0',
  delta: '0',
  is_frozen: false,
  frozen_until: null,
  updated_at: EXAMPLE.at,
} as const
