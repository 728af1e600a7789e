/**
 * What may be asked for in a time (section 11): each account has pools for the matching engine, one for everything else,
 * and one for each method that is dear. Whoever is not known is counted by address.
 */

import type { Instant } from '@stemma/core'
import { type Rate, TokenBuckets } from '../../auth/index.js'
import { VenueError } from './errors.js'
import type { Params } from './params.js'

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

/** Over a socket some are dearer: there is a channel for what changes. */
export const SOCKET_RATES: Readonly<Record<string, Rate>> = {
  'public/get_instruments': { perSecond: 0.1, burst: 5 },
}

/**
 * Quotes have rates of their own: so many messages whatever they hold, and more as long as they hold no more sides than
 * that together (the venue's published figures, section 11.4).
 */
const GUARANTEED_QUOTING: Rate = { perSecond: 2, burst: 2 }
const QUOTING: Rate = { perSecond: 10, burst: 10 }
const QUOTES: Rate = { perSecond: 500, burst: 500 }

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
    'cancel_all_by_currency_pair',
    'close_position',
  ].map((name) => `private/${name}`),
)

/** Methods whose refusal says the whole seconds to wait. */
const TELLING = new Set(['private/move_positions'])

/** A pair is called by its two currencies alone, and so are its orders. */
const SPOT_NAME = /^[A-Z]{3,5}_[A-Z]{3,5}(?:-\d+)?$/
const OF_EVERYTHING = new Set(['cancel_all', 'cancel_by_label', 'cancel_all_by_kind_or_type'])

/** Spot has a pool of its own, and so has what cancels whatever there is (section 11.3). */
function poolOf(
  method: string,
  params: Params,
): 'spot' | 'cancel_all' | 'cancel_quotes' | 'trading' | 'other' {
  if (method === 'private/cancel_quotes') return 'cancel_quotes'
  if (!ENGINE_METHODS.has(method)) return 'other'
  const named = [params.peek('instrument_name'), params.peek('order_id')]
  if (named.some((name) => SPOT_NAME.test(name))) return 'spot'
  const isOfAll = ['', 'any'].includes(params.peek('currency'))
  if (isOfAll && OF_EVERYTHING.has(method.slice('private/'.length))) return 'cancel_all'
  return params.peek('kind') === 'spot' ? 'spot' : 'trading'
}

/** The sides that a message of quotes has, as far as it can be read. */
const sidesIn = (params: Params): number =>
  (params.peekList('quotes') ?? []).reduce<number>((sum, quote) => {
    const { bid = null, ask = null } = Object(quote) as { readonly bid?: unknown; readonly ask?: unknown }
    return sum + (bid === null ? 0 : 1) + (ask === null ? 0 : 1)
  }, 0)

const engineRate = (tier: number): Rate => ENGINE_RATES[tier - 1] ?? (ENGINE_RATES[0] as Rate)

/** What a call costs is said by its method, what it is about, and how it came. */
interface Charged {
  readonly method: string
  readonly params: Params
  readonly isOverSocket: boolean
}

export class Credits {
  private readonly buckets = new TokenBuckets()

  /** Takes what one call of a method costs, or refuses it. `whose` is an account, or an address. */
  take({ method, params, isOverSocket }: Charged, whose: string, tier: number, now: Instant): void {
    if (method === 'private/mass_quote') {
      this.takeQuotes(sidesIn(params), whose, now)
      return
    }
    const dearer = isOverSocket ? SOCKET_RATES[method] : undefined
    const own = dearer ?? OWN_RATES[method]
    const pool =
      own === undefined ? poolOf(method, params) : dearer === undefined ? method : `socket ${method}`
    const rate = own ?? (pool === 'other' ? OTHER_RATE : engineRate(tier))
    const wait = this.buckets.take(`${pool} ${whose}`, rate, now)
    if (wait !== null) throw new VenueError(10028, TELLING.has(method) ? { wait } : undefined)
  }

  /** A message is let in by either rate, and counts in all. */
  private takeQuotes(sides: number, whose: string, now: Instant): void {
    const [messages, quotes, guaranteed] = ['messages', 'sides', 'guaranteed'].map(
      (pool) => `quotes ${pool} ${whose}`,
    ) as [string, string, string]
    const { buckets } = this
    const isGuaranteed = buckets.wait(guaranteed, GUARANTEED_QUOTING, now) === null
    const fits =
      buckets.wait(messages, QUOTING, now) === null && buckets.wait(quotes, QUOTES, now, sides) === null
    if (!isGuaranteed && !fits) throw new VenueError(13903)
    if (isGuaranteed) buckets.spend(guaranteed, GUARANTEED_QUOTING, now)
    buckets.spend(messages, QUOTING, now)
    buckets.spend(quotes, QUOTES, now, sides)
  }
}

const shown = ({ perSecond, burst }: Rate) => ({ burst, rate: perSecond })

export function limitsShown(tier: number) {
  const engine = shown(engineRate(tier))
  return {
    limits_per_currency: false,
    non_matching_engine: shown(OTHER_RATE),
    matching_engine: {
      trading: { total: engine },
      spot: engine,
      cancel_all: engine,
      maximum_quotes: shown(QUOTES),
      maximum_mass_quotes: shown(QUOTING),
      guaranteed_mass_quotes: shown(GUARANTEED_QUOTING),
    },
  }
}
