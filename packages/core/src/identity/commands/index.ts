import { keepPartyKey } from './keep-party-key.js'

export * from './keep-party-key.js'

export const IDENTITY_COMMANDS = [keepPartyKey] as const
