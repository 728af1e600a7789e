export * from './blockable.js'
export * from './identity.js'
export * from './limits.js'
