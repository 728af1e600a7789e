/**
 * Which rows of history tell what was settled: positions of instruments at the end of a session and at delivery, and what
 * an account owed when it had nothing left, which is of a currency and of no instrument. Every surface reads them so.
 */
import type { CurrencyCode, HistoryQuery } from '@stemma/core'

export const SETTLEMENT_TYPES = ['settlement', 'delivery', 'bankruptcy'] as const
export type SettlementType = (typeof SETTLEMENT_TYPES)[number]

type Conditions = Pick<HistoryQuery, 'equals' | 'oneOf'>

export interface SettlementsAsked {
  /** Null: what instruments were settled at, whoever held them. */
  readonly account: number | null
  /** Empty: of all. */
  readonly types: readonly SettlementType[]
  /** Null: of every instrument. */
  readonly instruments: readonly number[] | null
  /** Whose bankruptcies stand beside what the instruments settled; null: of none. */
  readonly owedIn: CurrencyCode | 'any' | null
}

/** Queries whose rows together are what was asked for, each row found by one of them. */
export function settlementsAsked({
  account,
  types,
  instruments,
  owedIn,
}: SettlementsAsked): readonly Conditions[] {
  const wanted = types.length === 0 ? SETTLEMENT_TYPES : types
  const whose = account === null ? {} : { account }
  const settled = wanted.filter((type) => type !== 'bankruptcy')
  const isOwedWanted = owedIn !== null && wanted.includes('bankruptcy')
  return [
    ...(settled.length === 0 || instruments?.length === 0
      ? []
      : [
          {
            equals: whose,
            oneOf: { type: settled, ...(instruments === null ? {} : { instrument: instruments }) },
          },
        ]),
    ...(isOwedWanted
      ? [{ equals: { ...whose, type: 'bankruptcy', ...(owedIn === 'any' ? {} : { currency: owedIn }) } }]
      : []),
  ]
}
