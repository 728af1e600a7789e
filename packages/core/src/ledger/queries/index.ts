import { listCallersAccounts } from './list-callers-accounts.js'

export * from './list-callers-accounts.js'

export const LEDGER_QUERIES = [listCallersAccounts] as const
