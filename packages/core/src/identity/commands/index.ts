import { keepMail } from './keep-mail.js'
import { keepPartyKey } from './keep-party-key.js'

export * from './keep-mail.js'
export * from './keep-party-key.js'

export const IDENTITY_COMMANDS = [keepPartyKey, keepMail] as const
