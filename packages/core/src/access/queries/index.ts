import { caller } from './caller.js'
import { findCredential } from './find-credential.js'
import { findParticipant } from './find-participant.js'
import { firmUsers } from './firm-users.js'

export type { Caller, ShownParty } from './caller.js'
export type { FoundCredential } from './find-credential.js'
export type { ShownUser } from './firm-users.js'

export const ACCESS_QUERIES = [findCredential, findParticipant, caller, firmUsers] as const
