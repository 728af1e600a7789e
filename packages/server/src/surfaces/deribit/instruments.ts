/**
 * What this venue lists of a book, and how it is found. Its currencies are those that contracts settle in; a spot pair is
 * of both of its own.
 */
import type { CurrencyCode, InstrumentId, InstrumentView, Terms } from '@stemma/core'
import type { InstrumentUnits } from '../../host/market-view.js'
import type { Call } from './call.js'
import { answered, instrumentNotFound, invalidParam } from './errors.js'
import { quantityShown } from './numbers.js'
import type { Params } from './params.js'

export const SYSTEM = { kind: 'system' } as const
const PAGE = 500

/** The coins of the venue, and how they are called. */
export const COINS: Readonly<Record<string, string>> = {
  BTC: 'Bitcoin',
  ETH: 'Ethereum',
  USDC: 'USD Coin',
  USDT: 'Tether USD',
  EURR: 'StablR Euro',
  SOL: 'Solana',
  XRP: 'XRP',
  BNB: 'BNB',
  STETH: 'Lido Staked ETH',
  ETHW: 'Ethereum PoW',
  PAXG: 'PAX Gold',
  USYC: 'US Yield Coin',
  USDE: 'Ethena USDe',
}
export const CURRENCIES = Object.keys(COINS) as CurrencyCode[]

export const KINDS = ['future', 'option', 'spot', 'future_combo', 'option_combo', 'combo', 'any'] as const
type KindWord = (typeof KINDS)[number]

/** What this venue lists of a book: derivatives, and pairs of its coins. */
export type Contract = InstrumentView & {
  /** The coin that is dealt in. */
  readonly base: CurrencyCode
  readonly index: string
  readonly terms: Terms
  readonly feeCurrency: InstrumentUnits['feeCurrency']
}

function contractOf({ host }: Pick<Call, 'host'>, view: InstrumentView): Contract | null {
  const units = host.unitsOf(view.id)
  const followed = view.derivative ?? pairOf(view)
  if (followed === null || units === null) return null
  const { base, index } = followed
  return { ...view, base, index, terms: units.terms, feeCurrency: units.feeCurrency }
}

function pairOf({ baseCurrency, currency }: InstrumentView): Pick<Contract, 'base' | 'index'> | null {
  if (baseCurrency === null || ![baseCurrency, currency].every((code) => CURRENCIES.includes(code)))
    return null
  return { base: baseCurrency, index: `${baseCurrency}_${currency}`.toLowerCase() }
}

export async function contractNamed({ host }: Pick<Call, 'host'>, symbol: string): Promise<Contract> {
  const answer = await host.read<InstrumentView>('instruments.get', SYSTEM, { instrument: null, symbol })
  const contract = answer.kind === 'refused' ? null : contractOf({ host }, answer.result)
  if (contract === null) throw instrumentNotFound()
  return contract
}

export const contractAsked = (call: Call): Promise<Contract> =>
  contractNamed(call, call.params.requiredText('instrument_name'))

/** All of them, in order of creation. */
export async function contracts({ host }: Pick<Call, 'host'>): Promise<Contract[]> {
  const found: Contract[] = []
  let after: InstrumentId | null = null
  do {
    const page: { readonly items: readonly InstrumentView[]; readonly next: InstrumentId | null } = answered(
      await host.read('instruments.list', SYSTEM, {
        symbols: null,
        kind: null,
        states: null,
        event: null,
        search: null,
        after,
        limit: PAGE,
      }),
    )
    found.push(...page.items.flatMap((view) => contractOf({ host }, view) ?? []))
    after = page.next
  } while (after !== null)
  return found
}

export interface ContractFilter {
  readonly currency: CurrencyCode | null
  readonly kind: KindWord | null
}

/** `currency` may be left out, or be `any`. */
export function filterAsked(params: Params): ContractFilter {
  return { currency: currencyAsked(params, 'any'), kind: params.oneOf('kind', KINDS) }
}

export function currencyAsked(params: Params, all: string | null = null): CurrencyCode | null {
  const text = params.text('currency')
  return text === null || (all !== null && text === all) ? null : currencyRead(text)
}

function currencyRead(text: unknown): CurrencyCode {
  const code = String(text).toUpperCase() as CurrencyCode
  if (!CURRENCIES.includes(code)) throw invalidParam('currency', 'invalid currency')
  return code
}

/** One currency or a list of them; null: `any`. */
export function currenciesNamed(params: Params): readonly CurrencyCode[] | null {
  const named = params.list('currency') ?? params.missing('currency')
  return named.length === 1 && named[0] === 'any' ? null : named.map(currencyRead)
}

export const currencyNamed = (params: Params): CurrencyCode =>
  currencyAsked(params) ?? params.missing('currency')

/** A contract is of the currency that it settles in, a pair of both. */
export const isOfCurrency = (contract: Contract, currency: string): boolean =>
  contract.currency === currency || contract.baseCurrency === currency

export const isOfFilter = (contract: Contract, { currency, kind }: ContractFilter): boolean =>
  (currency === null || isOfCurrency(contract, currency)) &&
  (kind === null || kind === 'any' || kind === kindOf(contract))

export function kindOf({ kind }: Contract): 'option' | 'future' | 'spot' {
  if (kind === 'currency_pair') return 'spot'
  return kind === 'option' ? 'option' : 'future'
}
export const isSpot = ({ kind }: Contract): boolean => kind === 'currency_pair'
export const isInverse = ({ derivative }: Contract): boolean => derivative?.style === 'inverse'
export const isOver = ({ state }: Contract): boolean => state === 'expired' || state === 'terminated'

/** Dollars or coin of one contract; options are counted in whole coins. */
export function contractSize(contract: Contract): number {
  return contract.kind === 'option' ? 1 : quantityShown(contract.lot, contract.quantityScale)
}
