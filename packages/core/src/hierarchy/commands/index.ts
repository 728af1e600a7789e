import { createParty } from './create-party.js'
import { openAccount } from './open-account.js'
import { openBook } from './open-book.js'

export * from './create-party.js'
export * from './open-account.js'
export * from './open-book.js'

export const HIERARCHY_COMMANDS = [openBook, createParty, openAccount] as const
