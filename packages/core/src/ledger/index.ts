export * from './commands/create-transfer.js'
export * from './ledger.js'
