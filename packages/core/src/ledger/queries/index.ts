import { listBookAddresses, listDepositAddresses } from './addresses.js'
import { getApproval, listApprovals } from './approvals.js'
import { getBalance, listBalances } from './balances.js'
import {
  getDeposit,
  getHold,
  getTransfer,
  getWithdrawal,
  listHolds,
  listLiveFunding,
  listLiveTransfers,
} from './movements.js'
import { participantAccounts } from './participant-accounts.js'
import { participantNames } from './participant-names.js'

export * from './approvals.js'
export * from './balances.js'
export * from './movements.js'
export * from './participant-accounts.js'

export const LEDGER_QUERIES = [
  listBalances,
  getBalance,
  getDeposit,
  getWithdrawal,
  listLiveFunding,
  getTransfer,
  listLiveTransfers,
  getHold,
  listHolds,
  getApproval,
  listApprovals,
  listDepositAddresses,
  listBookAddresses,
  participantAccounts,
  participantNames,
] as const
