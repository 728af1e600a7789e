import { createTransfer } from './create-transfer.js'

export * from './create-transfer.js'

export const LEDGER_COMMANDS = [createTransfer] as const
