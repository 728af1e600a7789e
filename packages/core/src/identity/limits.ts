/** Limits of the identity room. Each is in the reference, and is tested at its edge and beyond. */
import { DAY, HOUR, MINUTE, NO_ROW, type Row } from '../image/index.js'
import { refuse } from '../refusals/index.js'

export const USERS_OF_PARTY_MAX = 10_000
export const CREDENTIALS_OF_USER_MAX = 50
export const CREDENTIALS_OF_PARTY_MAX = 100
/** Live tokens of one credential: what a revocation takes away in one command. */
export const TOKENS_OF_CREDENTIAL_MAX = 1_000
/** A chain of exchanged tokens is followed on every request, so it is short. */
export const TOKEN_CHAIN_MAX = 4
export const PUBLIC_KEYS_MAX = 2
export const IP_ADDRESSES_MAX = 50
export const SCOPES_OF_LIST_MAX = 64
export const ROLES_OF_USER_MAX = 16
export const CLIENT_ID_LENGTH_MAX = 128
export const KEY_ID_LENGTH_MAX = 128
export const PUBLIC_KEY_LENGTH_MAX = 8_192
export const SEALED_LENGTH_MAX = 65_536
/** So long the link that confirms a mail address counts. */
export const EMAIL_CONFIRMED_WITHIN = DAY
/** Second factors of a user, those among them that were not confirmed yet. */
export const FACTORS_OF_USER_MAX = 10
export const FACTOR_NAME_LENGTH_MAX = 64
/** What an authenticator calls its key: up to 1023 bytes in base64url. */
export const FACTOR_KEY_ID_LENGTH_MAX = 1_364
/** So long a factor that was begun can be confirmed. */
export const FACTOR_CONFIRMED_WITHIN = 10 * MINUTE
/** So many wrong ones in a row lock the second factors of a user. */
export const FACTOR_FAILURES_MAX = 5
/** The first lock; each further failure doubles it, up to the longest. */
export const FACTOR_LOCKED_FIRST = MINUTE
export const FACTOR_LOCKED_MOST = HOUR

/** The rows that point at one owner, as the relations of the image chain them. */
interface Chain<O> {
  head(owner: O): Row
  after(row: Row): Row
}

/** Refuses one more row where an owner has `most` already. */
export function checkRoom<O>(relation: Chain<O>, owner: O, most: number, what: string): void {
  let rows = 0
  for (let row = relation.head(owner); row !== NO_ROW; row = relation.after(row)) rows += 1
  if (rows >= most)
    refuse('limit_reached', `expected at most ${most} ${what}, there are ${rows}`, { data: { limit: most } })
}
