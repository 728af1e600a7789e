export * from './blockable.js'
export * from './identity.js'
