/**
 * Sessions: tokens of a credential that belong together under a name and outlive the connection they were given on
 * (deribit section 2.5). A session is a token of its own from which all of its tokens come, so that ending it ends
 * them; it goes when its last token would have run out.
 */
import {
  type Id,
  type Image,
  NO_ROW,
  Relation,
  type Row,
  ref,
  type Table,
  text,
  time,
} from '../image/index.js'

export type SessionId = Id<'session'>
type CredentialId = Id<'credential'>
type TokenId = Id<'token'>

const sessionFields = {
  credential: ref<CredentialId>(),
  name: text(),
  /** That all of its tokens come from. */
  token: ref<TokenId>(),
  startedAt: time(),
}

/** Of one credential: the next one ends the one that was begun first (deribit section 2.5). */
export const SESSIONS_OF_CREDENTIAL_MAX = 16
/** Pairs of tokens of one session: the next one ends the one that was given first. */
export const PAIRS_OF_SESSION_MAX = 16
export const SESSION_NAME_LENGTH_MAX = 64

export class Sessions {
  readonly table: Table<SessionId, typeof sessionFields>
  readonly sessionsOf: Relation<CredentialId>
  private readonly sessionOf: Relation<TokenId>

  constructor(image: Image) {
    this.table = image.table('tokenSessions', 'tse', sessionFields)
    this.sessionsOf = new Relation(this.table, this.table.credential)
    this.sessionOf = new Relation(this.table, this.table.token)
    for (const derived of [this.sessionsOf, this.sessionOf]) image.derived(derived)
  }

  find(credential: CredentialId, name: string): Row {
    for (let row = this.sessionsOf.head(credential); row !== NO_ROW; row = this.sessionsOf.after(row))
      if (this.table.name.get(row) === name) return row
    return NO_ROW
  }

  /** The session whose own token that is, or NO_ROW. */
  ofToken(token: TokenId): Row {
    return this.table.size === 0 ? NO_ROW : this.sessionOf.head(token)
  }
}
