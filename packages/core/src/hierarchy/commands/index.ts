import { approveAccount, rejectAccount, reviewAccount } from './account-stage.js'
import { closeAccount, reactivateAccount, suspendAccount } from './account-transition.js'
import { closeGroup, updateGroup } from './change-group.js'
import { createGroup } from './create-group.js'
import { createParty } from './create-party.js'
import { eraseParty } from './erase-party.js'
import { addAccountToGroup, removeAccountFromGroup } from './group-accounts.js'
import { liftBlock } from './lift-block.js'
import { moveParty } from './move-party.js'
import { openAccount } from './open-account.js'
import { openBook } from './open-book.js'
import { openManyAccounts } from './open-many-accounts.js'
import { closeParty, reactivateParty, suspendParty } from './party-transition.js'
import { setBlock } from './set-block.js'
import { setPartyKyc } from './set-party-kyc.js'
import { createSubaccount, renameSubaccount } from './subaccounts.js'
import { updateAccount } from './update-account.js'
import { updateParty } from './update-party.js'
import { createTemplate, removeTemplate, updateTemplate } from './write-template.js'

export * from './account-stage.js'
export * from './account-transition.js'
export { type CloseGroup, closeGroup, type UpdateGroup, updateGroup } from './change-group.js'
export * from './create-group.js'
export * from './create-party.js'
export * from './erase-party.js'
export * from './group-accounts.js'
export { type LiftBlock, liftBlock } from './lift-block.js'
export * from './move-party.js'
export * from './open-account.js'
export * from './open-book.js'
export * from './open-many-accounts.js'
export * from './party-transition.js'
export * from './set-block.js'
export * from './set-party-kyc.js'
export * from './subaccounts.js'
export * from './update-account.js'
export * from './update-party.js'
export * from './write-template.js'

export const HIERARCHY_COMMANDS = [
  openBook,
  createParty,
  updateParty,
  suspendParty,
  reactivateParty,
  closeParty,
  moveParty,
  setPartyKyc,
  eraseParty,
  openAccount,
  openManyAccounts,
  createSubaccount,
  renameSubaccount,
  updateAccount,
  reviewAccount,
  approveAccount,
  rejectAccount,
  suspendAccount,
  reactivateAccount,
  closeAccount,
  createGroup,
  updateGroup,
  closeGroup,
  addAccountToGroup,
  removeAccountFromGroup,
  setBlock,
  liftBlock,
  createTemplate,
  updateTemplate,
  removeTemplate,
] as const
