/**
 * What an account can do with its money. The venue shows it under its scope for positions and beside its accounts;
 * once that was proved, and the reach to the account with it, the server reads the figures itself.
 */
import {
  type Amount,
  amount,
  type CurrencyCode,
  currencyOf,
  formatAmount,
  type MarginView,
  type ParticipantAccount,
} from '@stemma/core'
import type { Call } from './call.js'
import { answered } from './errors.js'

export async function marginOf(
  { host }: Pick<Call, 'host'>,
  { id }: Pick<ParticipantAccount, 'id'>,
  currency: CurrencyCode,
): Promise<MarginView> {
  const input = { account: id, currency }
  return answered(await host.read<MarginView>('margin.get', { kind: 'system' }, input))
}

const text = (money: Amount, currency: CurrencyCode): string => formatAmount(money, currencyOf(currency))

/** The figures of section 5.1, as decimal text. */
export function marginShown({
  currency,
  posted,
  held,
  requirement,
  openOrders,
  buyingPower,
  unsettledCredits,
}: MarginView) {
  return {
    balance: text(posted, currency),
    capitalRequirement: text(requirement, currency),
    excessCapital: text(amount(posted - held - requirement), currency),
    buyingPower: text(buyingPower, currency),
    openOrders: text(openOrders, currency),
    unsettledFunds: text(unsettledCredits, currency),
    marginRequirement: text(requirement, currency),
  }
}

export const buyingPowerShown = ({ buyingPower, currency }: MarginView): string => text(buyingPower, currency)
