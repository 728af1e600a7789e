import { acknowledgeDeposit } from './acknowledge-deposit.js'
import { addBookAddress, removeBookAddress } from './address-book.js'
import { cancelDeposit } from './cancel-deposit.js'
import { captureHold } from './capture-hold.js'
import { completeDeposit } from './complete-deposit.js'
import { completeWithdrawal } from './complete-withdrawal.js'
import { cancelTransfer, confirmTransfer } from './confirm-transfer.js'
import { createAdjustment } from './create-adjustment.js'
import { createCashMovement } from './create-cash-movement.js'
import { createDeposit } from './create-deposit.js'
import { createHold } from './create-hold.js'
import { createTransfer } from './create-transfer.js'
import { createWithdrawal } from './create-withdrawal.js'
import { approveApproval, rejectApproval, withdrawApproval } from './decide-approval.js'
import { assignAddress, offerAddresses } from './deposit-addresses.js'
import { prepareTransfer } from './prepare-transfer.js'
import { releaseHold } from './release-hold.js'
import { cancelWithdrawal, rejectWithdrawal } from './return-withdrawal.js'
import { reversePosting } from './reverse-posting.js'
import { sendTransfer } from './send-transfer.js'

export * from './acknowledge-deposit.js'
export * from './address-book.js'
export * from './cancel-deposit.js'
export * from './capture-hold.js'
export * from './complete-withdrawal.js'
export * from './confirm-transfer.js'
export * from './create-adjustment.js'
export * from './create-cash-movement.js'
export * from './create-deposit.js'
export * from './create-hold.js'
export * from './create-transfer.js'
export * from './create-withdrawal.js'
export * from './decide-approval.js'
export * from './deposit-addresses.js'
export * from './prepare-transfer.js'
export * from './release-hold.js'
export * from './return-withdrawal.js'
export * from './reverse-posting.js'
export * from './send-transfer.js'

export const LEDGER_COMMANDS = [
  createDeposit,
  acknowledgeDeposit,
  completeDeposit,
  cancelDeposit,
  createWithdrawal,
  completeWithdrawal,
  rejectWithdrawal,
  cancelWithdrawal,
  createCashMovement,
  offerAddresses,
  assignAddress,
  addBookAddress,
  removeBookAddress,
  createTransfer,
  sendTransfer,
  prepareTransfer,
  confirmTransfer,
  cancelTransfer,
  createHold,
  captureHold,
  releaseHold,
  createAdjustment,
  reversePosting,
  approveApproval,
  rejectApproval,
  withdrawApproval,
] as const
