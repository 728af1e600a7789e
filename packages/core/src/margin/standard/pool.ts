/**
 * Cross margin: what an account has in each currency stands for what it requires in any, counted in dollars at the index
 * of the currency (deribit section 13.3). A currency whose index has no price stands alone. For the initial requirement
 * of others what is left of a currency counts less by its haircut, a setting.
 */
import type { AccountId } from '../../hierarchy/index.js'
import { NO_ROW } from '../../image/index.js'
import type { InstrumentId } from '../../market/index.js'
import {
  type Amount,
  amount,
  type CurrencyCode,
  currencyOf,
  divide,
  ONE,
  powerOfTen,
} from '../../money/index.js'
import {
  availableFunds,
  equity,
  type FiguresOf,
  marginBalance,
  type StandardContext,
  standardFigures,
} from './figures.js'

const FULL_BASIS_POINTS = 10_000n

export type Haircuts = { readonly [currency: string]: number }

/** What one whole unit of a currency is worth in dollars, in 10^-18; null where it is in no pool. */
export function dollarsFor(
  { market }: Pick<StandardContext, 'market'>,
  currency: CurrencyCode,
): bigint | null {
  return currency === 'USD' ? ONE : market.indexes.price(`${currency.toLowerCase()}_usd`)
}

/** Of all currencies in the pool, in 10^-18 dollars. */
export interface PoolFigures {
  readonly marginBalance: bigint
  /** With options at their marks, without what is held. */
  readonly equity: bigint
  readonly maintenance: bigint
  readonly held: bigint
  /** After haircuts, initial requirements, what is held and what is locked. */
  readonly available: bigint
  /** By how much it is less for what open orders in currency pairs lock. */
  readonly spotReserve: bigint
  readonly unpriced: number
}

export function poolFigures(
  context: StandardContext,
  account: AccountId,
  haircuts: Haircuts,
  figuresOf: FiguresOf = (currency) => standardFigures(context, account, currency),
  currencies: Iterable<CurrencyCode> = currenciesOf(context, account),
): PoolFigures {
  let [balance, worth, maintenance, held, available, unlocked, unpriced] = [0n, 0n, 0n, 0n, 0n, 0n, 0]
  for (const currency of currencies) {
    const rate = dollarsFor(context, currency)
    if (rate === null) continue
    const figures = figuresOf(currency)
    const unit = powerOfTen(currencyOf(currency).scale)
    const kept = FULL_BASIS_POINTS - BigInt(haircuts[currency] ?? 0)
    balance += divide(marginBalance(figures) * rate, unit, 'floor')
    worth += divide((equity(figures) - figures.held) * rate, unit, 'floor')
    maintenance += divide(figures.maintenance * rate, unit, 'up')
    held += divide(figures.held * rate, unit, 'up')
    const collateral = (left: bigint): bigint =>
      left > 0n
        ? divide(left * rate * kept, unit * FULL_BASIS_POINTS, 'floor')
        : divide(left * rate, unit, 'floor')
    const left = availableFunds(figures)
    available += collateral(left)
    unlocked += collateral(left + figures.spotReserve)
    unpriced += figures.unpriced
  }
  return {
    marginBalance: balance,
    equity: worth,
    maintenance,
    held,
    available,
    spotReserve: unlocked - available,
    unpriced,
  }
}

/** Dollars of the pool as an amount of a currency, rounded down. */
export const inCurrency = (dollars: bigint, currency: CurrencyCode, rate: bigint): Amount =>
  amount(divide(dollars * powerOfTen(currencyOf(currency).scale), rate, 'floor'))

/** What an account has money or positions in, or open orders, in alphabetical order. */
export function currenciesOf(
  { ledger, trading, market }: StandardContext,
  account: AccountId,
): readonly CurrencyCode[] {
  const codes = new Set<CurrencyCode>()
  const { balances, balancesOf } = ledger
  for (let row = balancesOf.head(account); row !== NO_ROW; row = balancesOf.after(row))
    codes.add(balances.currency.get(row))
  const { positions, positionsOf, openOrders } = trading
  const enter = (id: InstrumentId): void => {
    codes.add(market.instruments.currency.get(market.instruments.row(id)))
  }
  for (let row = positionsOf.head(account); row !== NO_ROW; row = positionsOf.after(row))
    enter(positions.instrument.get(row))
  for (const { instrument } of openOrders.of(account)) enter(instrument)
  return [...codes].sort()
}
