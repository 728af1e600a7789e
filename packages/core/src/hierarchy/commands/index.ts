import { createParty } from './create-party.js'
import { openAccount } from './open-account.js'

export * from './create-party.js'
export * from './open-account.js'

export const HIERARCHY_COMMANDS = [createParty, openAccount] as const
