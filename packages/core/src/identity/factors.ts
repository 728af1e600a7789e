/**
 * Second factors of users (deribit section 9): one-time codes and security keys. Whether a code or an assertion is right
 * is for the host to find out, which can open the secret; what is kept here is which factors there are, what each
 * protects, what was used up, and how many wrong ones came in a row.
 */
import {
  choice,
  count,
  flag,
  type Id,
  type Image,
  NO_ROW,
  Relation,
  type Row,
  ref,
  type Table,
  text,
  textOrNull,
  time,
  timeOrNull,
  UniqueIndex,
  value,
} from '../image/index.js'

export type FactorId = Id<'factor'>
export type FactorFailuresId = Id<'factor_failures'>

/** A code of RFC 6238, or an authenticator of WebAuthn. */
export const FACTOR_KINDS = ['totp', 'security_key'] as const
export type FactorKind = (typeof FACTOR_KINDS)[number]

/** What a factor protects: signing in, keys and subaccounts, what leaves the wallet, the administration of others. */
export const FACTOR_ASSIGNMENTS = ['login', 'account', 'wallet', 'admin'] as const
export type FactorAssignment = (typeof FACTOR_ASSIGNMENTS)[number]

const factorFields = {
  user: ref<Id<'user'>>(),
  kind: choice(FACTOR_KINDS),
  name: text(),
  assignments: value<readonly FactorAssignment[]>(),
  /** The secret of one-time codes under the key of its party; null for a security key. */
  sealedSecret: textOrNull(),
  /** What the authenticator calls its key, and the key itself (COSE), both in base64url; null for one-time codes. */
  keyId: textOrNull(),
  publicKey: textOrNull(),
  /** How often the authenticator says that it signed. */
  signatures: count(),
  /** The newest step of 30 seconds since 1970 whose code was used: no code of it or of an earlier one counts again. */
  lastStep: count(),
  /** What a security key has to sign to be registered; null once it was. */
  registrationChallenge: textOrNull(),
  isConfirmed: flag(),
  /** Until when it can be confirmed; null once it was. */
  expiresAt: timeOrNull(),
  lastUsedAt: timeOrNull(),
  version: count(),
  createdAt: time(),
}

const failureFields = {
  user: ref<Id<'user'>>(),
  inARow: count(),
  lockedUntil: timeOrNull(),
}

export class Factors {
  readonly table: Table<FactorId, typeof factorFields>
  /** Of users whose last factor was wrong. */
  readonly failures: Table<FactorFailuresId, typeof failureFields>
  readonly ofUser: Relation<Id<'user'>>
  readonly byKeyId: UniqueIndex<string>
  private readonly failuresOf: Relation<Id<'user'>>

  constructor(image: Image) {
    this.table = image.table('factors', 'fac', factorFields)
    this.failures = image.table('factorFailures', 'ffl', failureFields)
    image.enrolDue(this.table, this.table.expiresAt)
    this.ofUser = new Relation(this.table, this.table.user)
    this.byKeyId = new UniqueIndex(this.table, this.table.keyId)
    this.failuresOf = new Relation(this.failures, this.failures.user)
    image.derived(this.ofUser)
    image.derived(this.byKeyId)
    image.derived(this.failuresOf)
  }

  /** Those that count: oldest first. */
  confirmedOf(user: Id<'user'>): Row[] {
    return this.ofUser.of(user).filter((row) => this.table.isConfirmed.get(row))
  }

  /** Where a user's wrong factors are counted, or NO_ROW where the last one was right. */
  failureRow(user: Id<'user'>): Row {
    return this.failuresOf.head(user)
  }

  /** What the factors of a user protect together, in the order of the catalogue. */
  assignmentsOf(user: Id<'user'>): FactorAssignment[] {
    const held = new Set(this.confirmedOf(user).flatMap((row) => this.table.assignments.get(row)))
    return FACTOR_ASSIGNMENTS.filter((assignment) => held.has(assignment))
  }

  forgetFailures(user: Id<'user'>): void {
    const row = this.failureRow(user)
    if (row !== NO_ROW) this.failures.remove(row)
  }
}
