/** Accounts that are being liquidated, by the account's id: when the next step is due. */
import { timeOrNull } from '../../image/index.js'

export const liquidationFields = { nextStepAt: timeOrNull() }
