export * from './money.js'
export * from './structures.js'
export * from './values.js'
export * from './wire.js'
