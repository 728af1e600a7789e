/** The venue's words for types, times and triggers of orders, by ours. */
import type { OrderTrigger, OrderType } from '@stemma/core'

export const TYPES: Readonly<Record<string, OrderType>> = {
  limit: 'limit',
  market: 'market',
  market_limit: 'market_to_limit',
  stop_limit: 'stop_limit',
  stop_market: 'stop',
  take_limit: 'take_limit',
  take_market: 'take',
  trailing_stop: 'trailing_stop',
}
/** A price in dollars, or a volatility in percent; the price in the book follows it. */
export const ADVANCED = ['usd', 'implv'] as const
export type Advanced = (typeof ADVANCED)[number]

export const TIMES: Readonly<Record<string, string>> = {
  good_til_cancelled: 'gtc',
  good_til_day: 'gtd',
  fill_or_kill: 'fok',
  immediate_or_cancel: 'ioc',
}
export const TRIGGERS: Readonly<Record<string, OrderTrigger>> = {
  last_price: 'last_trade',
  mark_price: 'published_price',
  index_price: 'index_price',
}
