export * from './commands/index.js'
export * from './ledger.js'
export * from './queries/index.js'
