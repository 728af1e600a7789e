import { accountOfKey } from './account-of-key.js'
import { findCredential } from './find-credential.js'
import { findFirm } from './find-firm.js'
import { findParticipant } from './find-participant.js'
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
import { participantUsers } from './participant-users.js'
import { explain, reachOf, whoCan } from './questions.js'

export type { AccountOfKey } from './account-of-key.js'
export type { FoundCredential } from './find-credential.js'
export * from './identity.js'
export * from './lists.js'
export type { ShownParty, ShownUser } from './participant-users.js'
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
  findCredential,
  accountOfKey,
  findParticipant,
  findFirm,
  participantUsers,
] as const
