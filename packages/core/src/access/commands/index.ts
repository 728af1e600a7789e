import { createBinding } from './create-binding.js'
import { createCredential } from './create-credential.js'
import { createUser } from './create-user.js'
import { issueToken } from './issue-token.js'

export * from './create-binding.js'
export * from './create-credential.js'
export * from './create-user.js'
export * from './issue-token.js'

export const ACCESS_COMMANDS = [createUser, createCredential, createBinding, issueToken] as const
