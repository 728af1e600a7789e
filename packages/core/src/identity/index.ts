export * from './identity.js'
export * from './limits.js'
