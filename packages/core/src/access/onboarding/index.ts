import { decideKyc, eraseKyc, setKycWebhook, startKyc } from './commands.js'
import { getKyc, listKyc } from './queries.js'

export * from './applications.js'
export * from './commands.js'
export * from './provision.js'
export * from './queries.js'

export const ONBOARDING_COMMANDS = [startKyc, decideKyc, eraseKyc, setKycWebhook] as const
export const ONBOARDING_QUERIES = [getKyc, listKyc] as const
