/**
 * The figures that every view of a currency is made of. What is held for withdrawals and prepared transfers is left out of
 * the balance, so that they add up on the wire as section 13.2 has it. Under cross margin those of margin are of the whole
 * pool in the currency (section 13.3).
 */
import type { AccountId, AccountType, Amount, CurrencyCode, MarginView } from '@stemma/core'
import type { Host } from '../../services.js'
import { answered } from './errors.js'
import { SYSTEM } from './instruments.js'
import { amountShown } from './numbers.js'

export const marginModelOf = (type: AccountType): string =>
  type === 'cross_standard' ? 'cross_sm' : 'segregated_sm'

export function marginOf(host: Host, account: AccountId, currency: CurrencyCode): Promise<MarginView> {
  return host.read<MarginView>('margin.get', SYSTEM, { account, currency }).then(answered)
}

/** The figures that make up every view of a currency. */
export interface Figures {
  readonly currency: CurrencyCode
  readonly balance: number
  readonly equity: number
  readonly margin_balance: number
  readonly available_funds: number
  readonly available_withdrawal_funds: number
  readonly initial_margin: number
  readonly maintenance_margin: number
  readonly additional_reserve: number
  readonly spot_reserve: number
}

export function figuresOf(view: MarginView): Figures {
  const { currency, posted, held, standard } = view
  const session = standard === null ? 0n : standard.sessionRealized + standard.sessionUnrealized
  const own = {
    marginBalance: posted - held + session,
    initialMargin: standard?.initialMargin ?? view.requirement + view.openOrders - view.spotReserve,
    maintenanceMargin: standard?.maintenanceMargin ?? view.requirement,
    spotReserve: view.spotReserve,
  }
  const { marginBalance, initialMargin, maintenanceMargin, spotReserve } = standard?.pool ?? own
  const shown = (amount: bigint): number => amountShown(amount as Amount, currency)
  return {
    currency,
    balance: shown(posted - held),
    equity: shown(own.marginBalance + (standard?.optionsValue ?? 0n)),
    margin_balance: shown(marginBalance),
    available_funds: shown(marginBalance - initialMargin - spotReserve),
    available_withdrawal_funds: shown(view.withdrawable),
    initial_margin: shown(initialMargin),
    maintenance_margin: shown(maintenanceMargin),
    additional_reserve: 0,
    spot_reserve: shown(view.spotReserve),
  }
}
