/**
 * What an account comes to in one currency: where the currency stands alone by its own figures, in a pool by those of the
 * pool, counted in the currency at its index. What is held is left out of all of it.
 */
import { type Amount, amount, type CurrencyCode, negate, subtract } from '../../money/index.js'
import {
  availableFunds,
  equity,
  initialMargin,
  marginBalance,
  ownCash,
  type StandardFigures,
  sessionResult,
  withdrawableFunds,
} from './figures.js'
import { inCurrency, type PoolFigures } from './pool.js'

export interface Assessment {
  readonly marginBalance: Amount
  readonly equity: Amount
  /** Of positions and open orders; what a pool has beyond it is available, so haircuts count as required. */
  readonly initialMargin: Amount
  readonly maintenanceMargin: Amount
  /** By how much what is available is less for what open orders in currency pairs lock. */
  readonly spotReserve: Amount
  readonly available: Amount
  /** What may leave: of a pool no more than the currency has itself; nothing while a price is missing. */
  readonly withdrawable: Amount
  /** Positions and orders that a price is missing for: they are in no figure. */
  readonly unpriced: number
}

export function assessedAlone(figures: StandardFigures): Assessment {
  return {
    marginBalance: subtract(marginBalance(figures), figures.held),
    equity: subtract(equity(figures), figures.held),
    initialMargin: initialMargin(figures),
    maintenanceMargin: figures.maintenance,
    spotReserve: figures.spotReserve,
    available: availableFunds(figures),
    withdrawable: figures.unpriced > 0 ? amount(0n) : withdrawableFunds(figures),
    unpriced: figures.unpriced,
  }
}

/** Balances are rounded down, and so is what is available; what is required up. */
export function assessedInPool(
  pool: PoolFigures,
  own: StandardFigures,
  currency: CurrencyCode,
  rate: bigint,
): Assessment {
  const of = (dollars: bigint): Amount => inCurrency(dollars, currency, rate)
  const balance = of(pool.marginBalance - pool.held)
  const [available, spotReserve] = [of(pool.available), of(pool.spotReserve)]
  return {
    marginBalance: balance,
    equity: of(pool.equity),
    initialMargin: subtract(subtract(balance, available), spotReserve),
    maintenanceMargin: negate(of(-pool.maintenance)),
    spotReserve,
    available,
    withdrawable: pool.unpriced > 0 ? amount(0n) : ownOf(own, available),
    unpriced: pool.unpriced,
  }
}

function ownOf(figures: StandardFigures, available: Amount): Amount {
  const session = sessionResult(figures)
  const own = ownCash(figures)
  const shared = available - (session > 0n ? session : 0n)
  const left = own < shared ? own : shared
  return amount(left > 0n ? left : 0n)
}
