export * from './amount.js'
export * from './currency.js'
export * from './decimal.js'
export * from './rounding.js'
