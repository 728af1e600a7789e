import { removeBinding, updateBinding } from './change-binding.js'
import {
  addKey,
  disableCredential,
  enableCredential,
  removeKey,
  revokeCredential,
  updateCredential,
} from './change-credential.js'
import { closeUser, reactivateUser, suspendUser } from './change-user-status.js'
import { createBinding } from './create-binding.js'
import { createCredential } from './create-credential.js'
import { createUser } from './create-user.js'
import { issueToken } from './issue-token.js'
import { recordSignin } from './record-signin.js'
import { revokeToken } from './revoke-token.js'
import { createRole, removeRole, updateRole } from './roles.js'
import { setPassword } from './set-password.js'
import { setUserKyc } from './set-user-kyc.js'
import { updateUser } from './update-user.js'

export * from './change-binding.js'
export * from './change-credential.js'
export * from './change-user-status.js'
export * from './create-binding.js'
export * from './create-credential.js'
export * from './create-user.js'
export * from './issue-token.js'
export * from './record-signin.js'
export * from './revoke-token.js'
export * from './roles.js'
export * from './set-password.js'
export * from './set-user-kyc.js'
export * from './update-user.js'

export const ACCESS_COMMANDS = [
  createUser,
  updateUser,
  suspendUser,
  reactivateUser,
  closeUser,
  setPassword,
  setUserKyc,
  createCredential,
  updateCredential,
  addKey,
  removeKey,
  disableCredential,
  enableCredential,
  revokeCredential,
  issueToken,
  revokeToken,
  recordSignin,
  createBinding,
  updateBinding,
  removeBinding,
  createRole,
  updateRole,
  removeRole,
] as const
