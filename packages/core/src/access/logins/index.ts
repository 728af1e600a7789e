import {
  confirmEmail,
  removeSubaccount,
  setSubaccountEmail,
  setSubaccountLogin,
  setSubaccountNotified,
} from './commands.js'
import { emailIsAsked, loginOfAccount } from './queries.js'

export * from './commands.js'
export * from './queries.js'

export const LOGIN_COMMANDS = [
  setSubaccountEmail,
  setSubaccountLogin,
  setSubaccountNotified,
  removeSubaccount,
  confirmEmail,
] as const
export const LOGIN_QUERIES = [loginOfAccount, emailIsAsked] as const
