import { ownAccounts, ownUsers, whoami } from './identity.js'
import {
  credentialProof,
  getCredential,
  getUser,
  listBindings,
  listCredentials,
  listRoles,
  listTokens,
  listUsers,
  sealedEmail,
} from './lists.js'
import { explain, reachOf, whoCan } from './questions.js'

export * from './identity.js'
export * from './lists.js'
export * from './questions.js'

export const ACCESS_QUERIES = [
  whoami,
  ownUsers,
  ownAccounts,
  getUser,
  listUsers,
  sealedEmail,
  getCredential,
  listCredentials,
  credentialProof,
  listTokens,
  listBindings,
  listRoles,
  explain,
  whoCan,
  reachOf,
] as const
