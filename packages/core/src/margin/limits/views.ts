/** Limits and locks as they are shown: nodes by their names, and each limit as one figure in text. */
import type { Hierarchy } from '../../hierarchy/index.js'
import type { Row } from '../../image/index.js'
import type { InstrumentId } from '../../market/index.js'
import {
  type Amount,
  type CurrencyCode,
  currencyOf,
  formatAmount,
  formatDecimal,
  formatPrice,
} from '../../money/index.js'
import { type RiskLimitId, UNITS_SCALE } from './fields.js'
import type { RiskLimits } from './risk-limits.js'

export function limitView({ table }: RiskLimits, hierarchy: Hierarchy, row: Row) {
  const { node, authority, ...values } = table.read(row)
  return {
    id: table.id(row),
    node: hierarchy.nameOfNode(node),
    authority: hierarchy.nameOfNode(authority),
    ...values,
  }
}

export function lockoutView({ lockouts }: RiskLimits, hierarchy: Hierarchy, row: Row) {
  const { node, authority, cursor: _cursor, nextStepAt: _step, ...values } = lockouts.read(row)
  return {
    id: lockouts.id(row),
    node: hierarchy.nameOfNode(node),
    authority: hierarchy.nameOfNode(authority),
    ...values,
  }
}

/** What can be limited, in order of the judgement. */
export const LIMIT_KINDS = [
  'order_quantity',
  'price_low',
  'price_high',
  'price_deviation',
  'order_notional',
  'position',
  'open_orders',
  'order_rate',
  'daily_loss',
] as const
export type LimitKind = (typeof LIMIT_KINDS)[number]

export interface LimitFigure {
  readonly kind: LimitKind
  readonly value: bigint | number
  readonly text: string
}

/** The figures of a limit, each as decimal text too. */
export function figuresOf({ table }: RiskLimits, row: Row): LimitFigure[] {
  const { currency, ...limit } = table.read(row)
  const units = (value: bigint) => formatDecimal(value, UNITS_SCALE)
  const money = (value: bigint) => formatAmount(value as Amount, currencyOf(currency as CurrencyCode))
  const price = (value: bigint) => formatPrice(value as never)
  const all: readonly (readonly [LimitKind, bigint | number | null, (value: never) => string])[] = [
    ['order_quantity', limit.orderQuantity, units],
    ['price_low', limit.priceLow, price],
    ['price_high', limit.priceHigh, price],
    ['price_deviation', limit.priceDeviation, price],
    ['order_notional', limit.orderNotional, money],
    ['position', limit.position, units],
    ['open_orders', limit.openOrders, String],
    ['order_rate', limit.orderRate, String],
    ['daily_loss', limit.dailyLoss, money],
  ]
  return all.flatMap(([kind, value, shown]) =>
    value === null ? [] : [{ kind, value, text: shown(value as never) }],
  )
}

export interface EffectiveLimit {
  readonly kind: LimitKind
  readonly value: string
  readonly currency: CurrencyCode | null
  readonly instrument: InstrumentId | null
  /** The node that it stands at: `pty_7`. */
  readonly source: string
  readonly limit: RiskLimitId
}
