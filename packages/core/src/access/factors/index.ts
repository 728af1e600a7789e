import { removeFactor, resetFactors, updateFactor } from './change.js'
import { factorChallenge, factorsToCheck, listFactors, ownFactors, userOfFactor } from './queries.js'
import { beginFactor, confirmFactor } from './register.js'
import { failFactor, useFactor } from './use.js'

export * from './change.js'
export * from './queries.js'
export * from './register.js'
export * from './use.js'

export const FACTOR_COMMANDS = [
  beginFactor,
  confirmFactor,
  updateFactor,
  removeFactor,
  resetFactors,
  useFactor,
  failFactor,
] as const
export const FACTOR_QUERIES = [
  listFactors,
  factorChallenge,
  ownFactors,
  userOfFactor,
  factorsToCheck,
] as const
