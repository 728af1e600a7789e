/**
 * What may be asked for in a time (section 11): each account has a pool for the matching engine, one for everything
 * else, and one for each method that is dear. Whoever is not known is counted by address.
 */

import type { Instant } from '@stemma/core'
import { type Rate, TokenBuckets } from '../../auth/index.js'
import { VenueError } from './errors.js'

/** Twenty a second, a hundred at once. */
export const OTHER_RATE: Rate = { perSecond: 20, burst: 100 }

/** By the tier of the account's owner, 1 to 4: a setting, where the venue goes by what was traded in a week. */
export const ENGINE_RATES: readonly Rate[] = [
  { perSecond: 5, burst: 20 },
  { perSecond: 10, burst: 30 },
  { perSecond: 20, burst: 50 },
  { perSecond: 30, burst: 100 },
]

const SUBSCRIBE: Rate = { perSecond: 10 / 3, burst: 10 }
export const OWN_RATES: Readonly<Record<string, Rate>> = {
  'public/get_instruments': { perSecond: 1, burst: 50 },
  'public/get_tradingview_chart_data': { perSecond: 5, burst: 50 },
  'public/subscribe': SUBSCRIBE,
  'private/subscribe': SUBSCRIBE,
  'private/get_transaction_log': { perSecond: 1, burst: 8 },
  'private/move_positions': { perSecond: 0.1, burst: 6 },
}

const ENGINE_METHODS = new Set(
  [
    'buy',
    'sell',
    'edit',
    'edit_by_label',
    'cancel',
    'cancel_by_label',
    'cancel_all',
    'cancel_all_by_instrument',
    'cancel_all_by_currency',
    'cancel_all_by_kind_or_type',
    'close_position',
  ].map((name) => `private/${name}`),
)

/** Methods whose refusal says the whole seconds to wait. */
const TELLING = new Set(['private/move_positions'])

const engineRate = (tier: number): Rate => ENGINE_RATES[tier - 1] ?? (ENGINE_RATES[0] as Rate)

export class Credits {
  private readonly buckets = new TokenBuckets()

  /** Takes what one call of a method costs, or refuses it. `whose` is an account, or an address. */
  take(method: string, whose: string, tier: number, now: Instant): void {
    const own = OWN_RATES[method]
    const isEngine = ENGINE_METHODS.has(method)
    const pool = own !== undefined ? method : isEngine ? 'engine' : 'other'
    const rate = own ?? (isEngine ? engineRate(tier) : OTHER_RATE)
    const wait = this.buckets.take(`${pool} ${whose}`, rate, now)
    if (wait !== null) throw new VenueError(10028, TELLING.has(method) ? { wait } : undefined)
  }
}

const shown = ({ perSecond, burst }: Rate) => ({ burst, rate: perSecond })

export function limitsShown(tier: number) {
  const engine = shown(engineRate(tier))
  return {
    limits_per_currency: false,
    non_matching_engine: shown(OTHER_RATE),
    matching_engine: { trading: { total: engine }, spot: engine, cancel_all: engine },
  }
}
