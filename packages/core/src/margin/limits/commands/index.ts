import { clearRiskLimit, liftLossLockout } from './clear-risk-limit.js'
import { setRiskLimit } from './set-risk-limit.js'

export * from './clear-risk-limit.js'
export * from './set-risk-limit.js'

export const RISK_COMMANDS = [setRiskLimit, clearRiskLimit, liftLossLockout] as const
