export * from './commands/index.js'
export * from './ledger.js'
