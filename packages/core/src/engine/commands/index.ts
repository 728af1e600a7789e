import { keepSnapshot } from './keep-snapshot.js'
import { settleEffect } from './settle-effect.js'
import { takeOver } from './take-over.js'

export * from './keep-snapshot.js'
export * from './settle-effect.js'
export * from './take-over.js'

export const ENGINE_COMMANDS = [settleEffect, keepSnapshot, takeOver] as const
