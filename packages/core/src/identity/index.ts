export * from './commands/index.js'
export * from './identity.js'
export * from './limits.js'
export * from './party-keys.js'
