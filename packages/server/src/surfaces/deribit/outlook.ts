/**
 * What is ahead of an account: its margins once the next contracts have expired, where it would be liquidated, and what a
 * cross account comes to in dollars.
 */
import {
  type AccountView,
  type Amount,
  type CurrencyCode,
  coinHeld,
  deltaTotal,
  type Instant,
  type MarginView,
  type ProjectedMargin,
} from '@stemma/core'
import type { Call } from './call.js'
import { answered } from './errors.js'
import { figuresOf, marginOf } from './figures.js'
import { type Contract, isOver, SYSTEM } from './instruments.js'
import { cushionOf, type Exposure, exposureOf, liquidationRatio } from './liquidation-price.js'
import { amountShown, priceOr } from './numbers.js'
import type { Size } from './portfolio-greeks.js'
import { type Held, positionsOf } from './positions.js'

export const sizesOf = (held: readonly Held[]): readonly Size[] =>
  held.map(({ view, contract }) => ({ contract, quantity: view.quantity }))

/** When the next of the contracts that are listed expire; null where none do. */
export const nextExpiry = (all: readonly Contract[]): Instant | null =>
  all.reduce<Instant | null>(
    (soonest, contract) =>
      isOver(contract) || contract.expiresAt === null || (soonest !== null && soonest <= contract.expiresAt)
        ? soonest
        : (contract.expiresAt as Instant),
    null,
  )

export const isGone = ({ expiresAt }: Contract, expiry: Instant | null): boolean =>
  expiry !== null && expiresAt !== null && expiresAt <= expiry

/** Margins without what goes at the next expiry. */
export async function projectedOf({ host }: Pick<Call, 'host'>, view: MarginView, expiry: Instant | null) {
  const { account, currency } = view
  const figures = figuresOf(view)
  if (expiry === null || view.standard === null)
    return {
      projected_initial_margin: figures.initial_margin,
      projected_maintenance_margin: figures.maintenance_margin,
    }
  const { initialMargin, maintenanceMargin } = answered(
    await host.read<ProjectedMargin>('margin.project', SYSTEM, { account, currency, expiringBy: expiry }),
  )
  return {
    projected_initial_margin: amountShown(initialMargin, currency),
    projected_maintenance_margin: amountShown(maintenanceMargin, currency),
  }
}

/** Of segregated accounts: how much prices may change, by index; the nearest change of one of them; 0 where none does it. */
export function liquidationShown(
  view: MarginView,
  sizes: readonly Size[],
): Readonly<Record<string, unknown>> {
  const cushion = cushionOf(view)
  if (cushion === null) return {}
  const exposures = new Map<string, Exposure[]>()
  for (const size of sizes) {
    const exposure = exposureOf(size.contract, coinHeld(size))
    const { index } = size.contract
    if (exposure !== null) exposures.set(index, [...(exposures.get(index) ?? []), exposure])
  }
  const ratios = [...exposures].flatMap(([index, each]) => {
    const ratio = liquidationRatio(cushion, each)
    return ratio === null ? [] : [[index, Number(ratio.toPrecision(10))] as const]
  })
  const [nearest] = ratios
    .map(([, ratio]) => ratio)
    .sort((left, right) => Math.abs(Math.log(left)) - Math.abs(Math.log(right)))
  return {
    estimated_liquidation_ratio: nearest ?? 0,
    estimated_liquidation_ratio_map: Object.fromEntries(ratios),
  }
}

const USD = 'USD' as CurrencyCode

/** Of the whole pool of a cross account: the same whichever currency is asked. */
export async function totalsOf(
  call: Pick<Call, 'host'>,
  account: AccountView,
  all: readonly Contract[],
): Promise<Readonly<Record<string, number>>> {
  if (account.type !== 'cross_standard') return {}
  const { standard } = await marginOf(call.host, account.id, USD)
  const sizes = sizesOf(await positionsOf(call, account.id, all))
  const shown = (amount: bigint | undefined): number => amountShown((amount ?? 0n) as Amount, USD)
  return {
    total_equity_usd: shown(standard?.pool?.equity),
    total_margin_balance_usd: shown(standard?.pool?.marginBalance),
    total_initial_margin_usd: shown(standard?.pool?.initialMargin),
    total_maintenance_margin_usd: shown(standard?.pool?.maintenanceMargin),
    total_delta_total_usd: deltaInDollars(sizes, call.host.now()),
  }
}

/** Each coin at its index. */
function deltaInDollars(sizes: readonly Size[], now: Instant): number {
  const byIndex = new Map<string, Size[]>()
  for (const size of sizes) {
    const { index } = size.contract
    byIndex.set(index, [...(byIndex.get(index) ?? []), size])
  }
  const sum = [...byIndex.values()].reduce(
    (dollars, each) => dollars + deltaTotal(each, now) * priceOr(each[0]?.contract.indexPrice ?? null, 0),
    0,
  )
  return Number(sum.toFixed(2))
}
