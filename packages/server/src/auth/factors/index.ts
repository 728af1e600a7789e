export * from './challenges.js'
export * from './one-time-codes.js'
export * from './second-factors.js'
export * from './security-keys.js'
