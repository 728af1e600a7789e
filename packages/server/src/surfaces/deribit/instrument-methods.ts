/** Instruments as the venue shows them (section 7.2). */
import { DAY, type OptionType, toMilliseconds } from '@stemma/core'
import type { Call, Method } from './call.js'
import {
  type Contract,
  contractAsked,
  contractSize,
  contracts,
  filterAsked,
  isInverse,
  isOfFilter,
  isOver,
  isSpot,
  kindOf,
} from './instruments.js'
import { priceShown, quantityShown } from './numbers.js'

const NEVER = 32_503_708_800_000

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

/** What stands against the coin: dollars, or the coin that stands for them. */
const dollarsOf = (contract: Contract): string => (isInverse(contract) ? 'USD' : contract.currency)

/** What it is priced in: options that settle in coin, in coin. */
export const quoteOf = (contract: Contract): string =>
  contract.kind === 'option' ? contract.currency : dollarsOf(contract)

export function contractShown(contract: Contract): Readonly<Record<string, unknown>> {
  const { derivative, currency, quantityScale, fees } = contract
  const option: { readonly type: OptionType; readonly strike: bigint } | null = derivative?.option ?? null
  return {
    instrument_id: contract.id,
    instrument_name: contract.symbol,
    kind: kindOf(contract),
    base_currency: contract.base,
    quote_currency: quoteOf(contract),
    counter_currency: dollarsOf(contract),
    ...(isSpot(contract)
      ? {}
      : {
          settlement_currency: currency,
          settlement_period: periodOf(contract),
        }),
    instrument_type: styleOf(contract),
    ...(kindOf(contract) === 'future' ? { future_type: styleOf(contract) } : {}),
    expiration_timestamp: contract.expiresAt === null ? NEVER : toMilliseconds(contract.expiresAt),
    creation_timestamp: toMilliseconds(contract.createdAt),
    ...(kindOf(contract) === 'future' ? { max_leverage: leverageMost(contract) } : {}),
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

const styleOf = (contract: Contract) => (isInverse(contract) ? 'reversed' : 'linear')

/** Of a month where it expires on the last day of its kind in it, of a week otherwise. */
function periodOf({ kind, expiresAt }: Contract): 'perpetual' | 'week' | 'month' {
  if (kind === 'perpetual' || expiresAt === null) return 'perpetual'
  const month = (instant: number): number => new Date(instant / 1_000).getUTCMonth()
  return month(expiresAt) === month(expiresAt + 7 * DAY) ? 'week' : 'month'
}

/** One divided by the initial rate, to the nearest whole (section 13.5). */
export function leverageMost({ marginRates }: Contract): number {
  return marginRates === null || marginRates.initial === 0n
    ? 1
    : Math.round(1 / priceShown(marginRates.initial as never))
}

const KIND_ORDER = ['future', 'option', 'spot'] as const

/** What expires first comes first, and futures before options (section 7.2). */
function byExpiry(left: Contract, right: Contract): number {
  const [sooner, later] = [left, right].map(({ expiresAt }) => expiresAt ?? NEVER * 1_000) as [number, number]
  return sooner - later || KIND_ORDER.indexOf(kindOf(left)) - KIND_ORDER.indexOf(kindOf(right))
}

async function getInstruments(call: Call): Promise<unknown> {
  const filter = filterAsked(call.params)
  const isExpired = call.params.flag('expired')
  return (await contracts(call))
    .filter((contract) => isOfFilter(contract, filter) && isOver(contract) === isExpired)
    .sort(byExpiry)
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
