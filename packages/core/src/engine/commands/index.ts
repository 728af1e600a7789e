import { settleEffect } from './settle-effect.js'

export * from './settle-effect.js'

export const ENGINE_COMMANDS = [settleEffect] as const
