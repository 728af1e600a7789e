import { participantAccounts } from './participant-accounts.js'

export * from './participant-accounts.js'

export const LEDGER_QUERIES = [participantAccounts] as const
