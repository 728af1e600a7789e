import { removeAccountKey, resetAccountKey, updateAccountKey } from './change.js'
import { createAccountKey } from './create.js'
import { languageOfAccount, setLanguage } from './language.js'
import { listAccountKeys } from './list.js'
import { accountLock } from './lock.js'

export type { UpdateAccountKey } from './change.js'
export { KEY_NAME_LENGTH_MAX } from './create.js'
export type { AccountKeyView } from './list.js'
export type { AccountLock } from './lock.js'

export const ACCOUNT_KEY_COMMANDS = [
  createAccountKey,
  updateAccountKey,
  resetAccountKey,
  removeAccountKey,
  setLanguage,
] as const
export const ACCOUNT_KEY_QUERIES = [listAccountKeys, languageOfAccount, accountLock] as const
