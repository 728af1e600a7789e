/** What is on its way: live deposits, withdrawals, prepared transfers and holds. What is finished is in history. */
import type { AccountId } from '../../hierarchy/index.js'
import { query } from '../../image/index.js'
import { accountOf, needsOn } from '../checks.js'
import type { LedgerContext } from '../ledger.js'
import type { DepositId, HoldId, TransferId, WithdrawalId } from '../tables.js'
import { sideOf } from '../transfers.js'

type OfAccount = { readonly account: AccountId }

export const getDeposit = query({
  name: 'deposits.get',
  scope: 'funding:read',
  needs: ({ ledger }: LedgerContext, { deposit }: { readonly deposit: DepositId }) =>
    needsOn('read', accountOf(ledger.deposits, deposit)),
  read: ({ ledger: { deposits } }, { deposit }) => ({ id: deposit, ...deposits.read(deposits.row(deposit)) }),
})

export const getWithdrawal = query({
  name: 'withdrawals.get',
  scope: 'funding:read',
  needs: ({ ledger }: LedgerContext, { withdrawal }: { readonly withdrawal: WithdrawalId }) =>
    needsOn('read', accountOf(ledger.withdrawals, withdrawal)),
  read: ({ ledger: { withdrawals } }, { withdrawal }) => ({
    id: withdrawal,
    state: 'pending',
    ...withdrawals.read(withdrawals.row(withdrawal)),
  }),
})

export const listLiveFunding = query({
  name: 'funding.live',
  scope: 'funding:read',
  needs: (_context: LedgerContext, { account }: OfAccount) => needsOn('read', account),
  read: ({ ledger }, { account }) => ({
    deposits: ledger.depositsOf
      .of(account)
      .map((row) => ({ id: ledger.deposits.id(row), ...ledger.deposits.read(row) })),
    withdrawals: ledger.withdrawalsOf
      .of(account)
      .map((row) => ({ id: ledger.withdrawals.id(row), state: 'pending', ...ledger.withdrawals.read(row) })),
  }),
})

/** A prepared transfer is seen from its source, which is where the money is. */
export const getTransfer = query({
  name: 'transfers.get',
  scope: 'balances:read',
  needs: ({ ledger }: LedgerContext, { transfer }: { readonly transfer: TransferId }) =>
    needsOn('read', sideOf(ledger, transfer, 'from')),
  read: ({ ledger: { transfers } }, { transfer }) => ({
    id: transfer,
    state: 'prepared',
    ...transfers.read(transfers.row(transfer)),
  }),
})

export const listLiveTransfers = query({
  name: 'transfers.live',
  scope: 'balances:read',
  needs: (_context: LedgerContext, { account }: OfAccount) => needsOn('read', account),
  read: ({ ledger: { transfers, transfersFrom, transfersTo } }, { account }) => ({
    transfers: [...transfersFrom.of(account), ...transfersTo.of(account)]
      .map((row) => ({ id: transfers.id(row), state: 'prepared', ...transfers.read(row) }))
      .sort((left, right) => left.id - right.id),
  }),
})

export const getHold = query({
  name: 'holds.get',
  scope: 'balances:read',
  needs: ({ ledger }: LedgerContext, { hold }: { readonly hold: HoldId }) =>
    needsOn('read', accountOf(ledger.holds, hold)),
  read: ({ ledger: { holds } }, { hold }) => ({ id: hold, ...holds.read(holds.row(hold)) }),
})

export const listHolds = query({
  name: 'holds.list',
  scope: 'balances:read',
  needs: (_context: LedgerContext, { account }: OfAccount) => needsOn('read', account),
  read: ({ ledger: { holds, holdsOf } }, { account }) => ({
    holds: holdsOf.of(account).map((row) => ({ id: holds.id(row), ...holds.read(row) })),
  }),
})
