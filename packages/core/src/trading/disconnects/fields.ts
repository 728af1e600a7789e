/**
 * Cancel on disconnect: whose orders end when their connection does. An account can ask for it once for every
 * connection that it will open; each open connection that has it is a row, so that a server that was killed knows, when
 * it is back, whose orders to end (deribit section 8.1).
 */
import type { AccountId } from '../../hierarchy/index.js'
import { type Id, ref, textOrNull, time } from '../../image/index.js'

export type DisconnectId = Id<'disconnect'>

/** Characters of the id of a connection, and connections of one account that have it. */
export const CONNECTION_LENGTH_MAX = 64
export const DISCONNECTS_OF_ACCOUNT_MAX = 200

export const disconnectFields = {
  account: ref<AccountId>(),
  /** Null: of all that the account will open. */
  connection: textOrNull(),
  createdAt: time(),
}
