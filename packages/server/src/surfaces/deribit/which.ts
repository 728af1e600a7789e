/** What a channel is of: one instrument, or a kind and a currency of which either may be `any`. */
import type { Services } from '../../services.js'
import { VenueError } from './errors.js'
import { type Contract, CURRENCIES, contractNamed, isOfCurrency, KINDS, kindOf } from './instruments.js'
import { isInterval } from './pace.js'

/** The contract of a channel, or null where there is none of that name. */
export async function contractOf(
  { host }: Pick<Services, 'host'>,
  symbol: string | undefined,
): Promise<Contract | null> {
  try {
    return await contractNamed({ host }, symbol ?? '')
  } catch (thrown) {
    if (thrown instanceof VenueError) return null
    throw thrown
  }
}

export interface Which {
  readonly symbol: string | null
  readonly kind: string
  readonly currency: string
}

/** Null where it is not an instrument with an interval, nor a kind and a currency with one. */
export async function whichOf(services: Services, rest: readonly string[]): Promise<Which | null> {
  if (!isInterval(rest.at(-1))) return null
  const [first = ''] = rest
  if (rest.length !== 2) return rest.length === 3 ? kindAndCurrency(rest) : null
  return (await contractOf(services, first)) === null ? null : { symbol: first, kind: 'any', currency: 'any' }
}

export function kindAndCurrency([kind = '', named = '']: readonly string[]): Which | null {
  const currency = named.toUpperCase()
  if (!(KINDS as readonly string[]).includes(kind) || !['ANY', ...CURRENCIES].includes(currency)) return null
  return { symbol: null, kind, currency: currency === 'ANY' ? 'any' : currency }
}

export const isWhich = ({ symbol, kind, currency }: Which, contract: Contract): boolean =>
  (symbol === null || symbol === contract.symbol) &&
  (kind === 'any' || kind === kindOf(contract)) &&
  (currency === 'any' || isOfCurrency(contract, currency))
