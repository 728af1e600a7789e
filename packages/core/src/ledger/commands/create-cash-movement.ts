/**
 * `cash_movements.create`: a firm moves cash between its funding account and an account of a client. The reason gives
 * the direction. Too little cash is no refusal: the movement is recorded as rejected, because both sides show it.
 */
import type { AccountId } from '../../hierarchy/index.js'
import { command, type Id } from '../../image/index.js'
import type { Amount, CurrencyCode } from '../../money/index.js'
import { refuse } from '../../refusals/index.js'
import { businessDateOf } from '../business-date.js'
import { checkDescription, checkMoney, checkReference, needsOn } from '../checks.js'
import { type Funding, NO_FEE, recordFunding } from '../funding.js'
import type { LedgerContext } from '../ledger.js'

export const CASH_MOVEMENT_REASONS = ['deposit', 'withdrawal', 'vendor_fees'] as const
export type CashMovementReason = (typeof CASH_MOVEMENT_REASONS)[number]

export type CreateCashMovement = {
  readonly fundingAccount: AccountId
  readonly account: AccountId
  readonly reason: CashMovementReason
  readonly currency: CurrencyCode
  readonly amount: Amount
  readonly externalReference: string | null
  readonly memo: string | null
}

type CashMovementResult = {
  readonly cashMovement: Id<'cash_movement'>
  readonly state: 'confirmed' | 'rejected'
  readonly rejection: string | null
}

export const createCashMovement = command({
  name: 'cash_movements.create',
  scope: 'cash_movements:write',
  needs: (_context: LedgerContext, { fundingAccount, account }: CreateCashMovement) =>
    needsOn('transfer', account, fundingAccount),
  approval: ({ hierarchy }, { fundingAccount, currency, amount }) => ({
    kind: 'money',
    party: hierarchy.accounts.party.get(hierarchy.accounts.row(fundingAccount)),
    amount: { currency, amount },
  }),
  decide(context, input): CashMovementResult {
    const { fundingAccount, account, reason, currency, amount, externalReference, memo } = input
    checkMoney(currency, amount)
    checkReference(externalReference, '/external_reference')
    checkDescription(memo, '/memo')
    if (!CASH_MOVEMENT_REASONS.includes(reason))
      refuse('malformed', `expected one of ${CASH_MOVEMENT_REASONS.join(', ')}`, { field: '/reason' })
    if (fundingAccount === account) refuse('same_account', 'expected two accounts', { field: '/account' })
    const { ledger, image, now } = context
    if (reason === 'vendor_fees') checkOncePerDay(context, account)
    const cashMovement = image.newId<Id<'cash_movement'>>()
    const funding: Funding = {
      id: cashMovement,
      kind: 'cash_movement',
      account,
      counterAccount: fundingAccount,
      currency,
      amount,
      reference: externalReference,
      description: memo,
      purpose: reason,
      address: null,
      ...NO_FEE,
      createdAt: now,
    }
    const [from, to] = reason === 'deposit' ? [fundingAccount, account] : [account, fundingAccount]
    if (!ledger.canPay(from, currency, amount)) {
      const rejection = 'insufficient_available_balance'
      recordFunding(context, funding, 'rejected', [], rejection)
      return { cashMovement, state: 'rejected', rejection }
    }
    if (reason === 'vendor_fees') keepDay(context, account)
    recordFunding(
      context,
      funding,
      'confirmed',
      ledger.move(currency, amount, from, to, 'withdrawal', 'deposit'),
    )
    return { cashMovement, state: 'confirmed', rejection: null }
  },
})

function checkOncePerDay({ ledger: { vendorFees }, now }: LedgerContext, account: AccountId): void {
  const row = vendorFees.find(account)
  const today = businessDateOf(now)
  if (row >= 0 && vendorFees.businessDate.get(row) === today)
    refuse('vendor_fees_taken', `vendor fees were taken from acc_${account} on ${today}`)
}

function keepDay({ ledger: { vendorFees }, now }: LedgerContext, account: AccountId): void {
  const row = vendorFees.find(account)
  const businessDate = businessDateOf(now)
  if (row >= 0) vendorFees.businessDate.set(row, businessDate)
  else vendorFees.insert(account, { businessDate })
}
