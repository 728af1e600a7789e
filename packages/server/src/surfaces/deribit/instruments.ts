/**
 * Instruments as the venue shows them (section 7.2). Its currencies are those that contracts settle in; a spot pair is of
 * both of its own.
 */
import {
  type CurrencyCode,
  type InstrumentId,
  type InstrumentView,
  type OptionType,
  type Terms,
  toMilliseconds,
} from '@stemma/core'
import type { InstrumentUnits } from '../../host/market-view.js'
import type { Call, Method } from './call.js'
import { answered, instrumentNotFound, invalidParam } from './errors.js'
import { priceShown, quantityShown } from './numbers.js'
import type { Params } from './params.js'

export const SYSTEM = { kind: 'system' } as const
const NEVER = 32_503_708_800_000
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
  STETH: 'Lido Staked ETH',
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
  if (text === null || (all !== null && text === all)) return null
  const code = text.toUpperCase() as CurrencyCode
  if (!CURRENCIES.includes(code)) throw invalidParam('currency', 'invalid currency')
  return code
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

const STATES: Readonly<Record<string, string>> = {
  open: 'open',
  expired: 'delivered',
  terminated: 'archivized',
  halted: 'halted',
  suspended: 'locked',
  closed: 'inactive',
  pending: 'inactive',
}
export const stateShown = ({ state }: Contract): string => STATES[state] ?? 'inactive'

export function contractShown(contract: Contract): Readonly<Record<string, unknown>> {
  const { derivative, currency, quantityScale, fees } = contract
  const dollars = isInverse(contract) ? 'USD' : currency
  const option: { readonly type: OptionType; readonly strike: bigint } | null = derivative?.option ?? null
  return {
    instrument_id: contract.id,
    instrument_name: contract.symbol,
    kind: kindOf(contract),
    base_currency: contract.base,
    quote_currency: option !== null && isInverse(contract) ? contract.base : dollars,
    counter_currency: dollars,
    ...(isSpot(contract)
      ? {}
      : {
          settlement_currency: currency,
          settlement_period: contract.kind === 'perpetual' ? 'perpetual' : 'month',
        }),
    instrument_type: isInverse(contract) ? 'reversed' : 'linear',
    expiration_timestamp: contract.expiresAt === null ? NEVER : toMilliseconds(contract.expiresAt),
    creation_timestamp: toMilliseconds(contract.createdAt),
    ...(kindOf(contract) === 'future' ? { max_leverage: leverageOf(contract) } : {}),
    ...(option === null ? {} : { option_type: option.type, strike: priceShown(option.strike as never) }),
    is_active: !isOver(contract),
    state: stateShown(contract),
    price_index: contract.index,
    tick_size: priceShown(contract.tick),
    tick_size_steps: [],
    min_trade_amount: quantityShown(contract.lot, quantityScale),
    contract_size: contractSize(contract),
    maker_commission: fees === null ? 0 : priceShown(fees.makerRate as never),
    taker_commission: fees === null ? 0 : priceShown(fees.takerRate as never),
  }
}

/** One divided by the initial rate, to the nearest whole (section 13.5). */
function leverageOf({ marginRates }: Contract): number {
  return marginRates === null || marginRates.initial === 0n
    ? 1
    : Math.round(1 / priceShown(marginRates.initial as never))
}

async function getInstruments(call: Call): Promise<unknown> {
  const filter = filterAsked(call.params)
  const isExpired = call.params.flag('expired')
  return (await contracts(call))
    .filter((contract) => isOfFilter(contract, filter) && isOver(contract) === isExpired)
    .sort((left, right) => (left.expiresAt ?? NEVER * 1_000) - (right.expiresAt ?? NEVER * 1_000))
    .map(contractShown)
}

export const INSTRUMENT_METHODS: readonly Method[] = [
  { name: 'public/get_instruments', kind: 'public', answer: getInstruments },
  {
    name: 'public/get_instrument',
    kind: 'public',
    answer: async (call) => contractShown(await contractAsked(call)),
  },
]
