export * from './access.js'
export * from './reach.js'
export * from './scopes.js'
