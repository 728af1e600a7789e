/** `holds.capture`: part or all of a hold goes to another account for good; what is left stays held. */
import type { AccountId } from '../../hierarchy/index.js'
import { command } from '../../image/index.js'
import { type Amount, type CurrencyCode, ZERO } from '../../money/index.js'
import { refuse } from '../../refusals/index.js'
import { accountOf, checkMoney, needsOn } from '../checks.js'
import { lowerHold, recordHold } from '../holds.js'
import type { LedgerContext } from '../ledger.js'
import type { HoldId } from '../tables.js'

export type CaptureHold = {
  readonly hold: HoldId
  readonly amount: Amount
  readonly to: AccountId
  /** Where it is given it has to be the currency of the hold. */
  readonly currency?: CurrencyCode
}

export const captureHold = command({
  name: 'holds.capture',
  scope: 'holds:write',
  needs: ({ ledger }: LedgerContext, { hold, to }: CaptureHold) =>
    needsOn('transfer', accountOf(ledger.holds, hold), to),
  approval: ({ hierarchy, ledger: { holds } }, { hold, amount }) => {
    const row = holds.row(hold)
    const party = hierarchy.accounts.party.get(hierarchy.accounts.row(holds.account.get(row)))
    return { kind: 'money', party, amount: { currency: holds.currency.get(row), amount } }
  },
  decide(context, { hold, amount, to, currency }) {
    const { ledger } = context
    const { holds } = ledger
    const row = holds.row(hold)
    const from = holds.account.get(row)
    const held = holds.currency.get(row)
    checkMoney(held, amount)
    if (currency !== undefined && currency !== held)
      refuse('currencies_differ', `the hold is in ${held}`, { field: '/currency' })
    if (from === to) refuse('same_account', 'expected two accounts', { field: '/to' })
    const before = holds.amount.get(row)
    if (amount > before)
      refuse('hold_exceeded', 'the capture is larger than what is held', { field: '/amount' })
    const after = lowerHold(context, row, amount)
    const entries = ledger.move(held, amount, from, to, 'transfer')
    recordHold(context, row, 'captured', { before, after }, entries, { to, captured: amount })
    if (after === ZERO) holds.remove(row)
    return { hold }
  },
})
