/** A change between the models of standard margin: the account has to hold what the new one requires. */
import { type AccountId, accountRow } from '../hierarchy/index.js'
import { type Amount, type CurrencyCode, currencyOf, formatAmount } from '../money/index.js'
import { refuse } from '../refusals/index.js'
import type { MarginContext } from './margin.js'
import { currenciesOf } from './standard/pool.js'

export const STANDARD_TYPES = ['segregated_standard', 'cross_standard'] as const
export type StandardType = (typeof STANDARD_TYPES)[number]

export function checkStandard({ hierarchy, margin }: MarginContext, account: AccountId): void {
  accountRow(hierarchy, account)
  if (!margin.standard.carries(account))
    refuse('transition_invalid', 'the account carries no derivatives: its type has no margin for them')
}

/** What is available in each currency; null where a price is missing for that. */
export function availableByCurrency(
  context: MarginContext,
  account: AccountId,
): ReadonlyMap<CurrencyCode, Amount | null> {
  const { standard } = context.margin
  return new Map(
    currenciesOf(context, account).map((currency) => [currency, standard.room(account, currency, null)]),
  )
}

/** Refuses where a currency lacks margin that did not lack as much before. */
export function checkAvailable(
  context: MarginContext,
  account: AccountId,
  before: ReadonlyMap<CurrencyCode, Amount | null>,
): void {
  for (const [currency, is] of availableByCurrency(context, account)) {
    const was = before.get(currency) ?? null
    if (is !== null && (is >= 0n || (was !== null && is >= was))) continue
    const missing = is === null ? 'an unknown amount of' : formatAmount(-is as Amount, currencyOf(currency))
    refuse('margin_insufficient', `the account would lack ${missing} ${currency} of margin`, {
      data: { currency },
    })
  }
}
