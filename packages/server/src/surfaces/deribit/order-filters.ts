/** What reads and cancels of orders are narrowed by (sections 6.2 and 6.3). */
import type { OrderType } from '@stemma/core'
import type { PrivateCall } from './call.js'
import { invalidParam } from './errors.js'
import { KINDS } from './instruments.js'

const LABEL_LENGTH_MAX = 64

const STOPS: readonly OrderType[] = ['stop', 'stop_limit']
const TAKES: readonly OrderType[] = ['take', 'take_limit']
const TRAILING: readonly OrderType[] = ['trailing_stop']
const PLAIN: readonly OrderType[] = ['limit', 'market', 'market_to_limit']

/** The filters of reads and of cancels. */
const TYPES: Readonly<Record<string, readonly OrderType[] | null>> = {
  all: null,
  limit: PLAIN,
  trigger_all: [...STOPS, ...TAKES, ...TRAILING],
  stop: STOPS,
  stop_all: STOPS,
  stop_limit: ['stop_limit'],
  stop_market: ['stop'],
  take: TAKES,
  take_all: TAKES,
  take_limit: ['take_limit'],
  take_market: ['take'],
  trailing_stop: TRAILING,
  trailing_all: TRAILING,
}

export const typesAsked = ({ params }: PrivateCall): readonly OrderType[] | null =>
  TYPES[params.oneOf('type', Object.keys(TYPES)) ?? 'all'] ?? null

export function labelAsked({ params }: PrivateCall): string {
  const label = params.requiredText('label')
  if (label.length > LABEL_LENGTH_MAX)
    throw invalidParam('label', `must have at most ${LABEL_LENGTH_MAX} characters`)
  return label
}

/** Our kinds by the venue's word for them; null: all. */
export function kindsAsked({ params }: PrivateCall): readonly string[] | null {
  const kind = params.oneOf('kind', KINDS) ?? 'any'
  if (kind === 'any') return null
  if (kind === 'future') return ['future', 'perpetual']
  if (kind === 'spot') return ['currency_pair']
  return kind === 'option' ? ['option'] : []
}

/** A pair is the name of an index: what follows it. */
export function pairAsked({ params }: PrivateCall): string {
  const pair = params.requiredText('currency_pair')
  if (!/^[a-z0-9]{1,16}_[a-z0-9]{1,16}$/.test(pair))
    throw invalidParam('currency_pair', 'invalid currency pair')
  return pair
}
