import {
  confirmEmail,
  removeLogin,
  removeSubaccount,
  setSubaccountEmail,
  setSubaccountLogin,
  setSubaccountNotified,
  withdrawSubaccountEmail,
} from './commands.js'
import { emailIsAsked, getLogin, loginOfAccount } from './queries.js'

export * from './commands.js'
export * from './queries.js'

export const LOGIN_COMMANDS = [
  setSubaccountEmail,
  withdrawSubaccountEmail,
  setSubaccountLogin,
  setSubaccountNotified,
  removeLogin,
  removeSubaccount,
  confirmEmail,
] as const
export const LOGIN_QUERIES = [loginOfAccount, getLogin, emailIsAsked] as const
