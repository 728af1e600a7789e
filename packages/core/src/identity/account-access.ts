/**
 * The ways into an account: the keys that speak for it, and what is counted of them. A credential of a surface that
 * knows accounts alone (deribit section 2.8) is a key of one account and has a number there.
 */
import type { AccountId } from '../hierarchy/index.js'
import {
  count,
  type Id,
  type Image,
  NO_ROW,
  Relation,
  type Row,
  ref,
  type Table,
  textOrNull,
  value,
} from '../image/index.js'

export type AccountKeyId = Id<'account_key'>
export type AccountAccessId = Id<'account_access'>
type CredentialId = Id<'credential'>

/** Keys of one account or subaccount (deribit section 2.8). */
export const KEYS_OF_ACCOUNT_MAX = 8

/** What a key can be marked with; both are about block trades. */
export const KEY_FEATURES = ['restricted_block_trades', 'block_trade_approval'] as const
export type KeyFeature = (typeof KEY_FEATURES)[number]

/** The languages that an account's holder can ask for. */
export const LANGUAGES = ['en', 'ko', 'zh', 'ja', 'ru'] as const
export type Language = (typeof LANGUAGES)[number]

const keyFields = {
  account: ref<AccountId>(),
  credential: ref<CredentialId>(),
  /** Counted within the account, and never given again. */
  number: count(),
  features: value<readonly KeyFeature[]>(),
}

/** One row of each account that had a key, an entry of its access log or a language. */
const accessFields = {
  account: ref<AccountId>(),
  /** How many keys the account ever had. */
  keysMade: count(),
  /** How many entries its access log has. */
  logEntries: count(),
  /** Of its mails; null: nobody said. */
  language: textOrNull<Language>(),
}

export class AccountAccess {
  readonly keys: Table<AccountKeyId, typeof keyFields>
  readonly counts: Table<AccountAccessId, typeof accessFields>
  readonly keysOf: Relation<AccountId>
  private readonly keyOfCredential: Relation<CredentialId>
  private readonly countsOf: Relation<AccountId>

  constructor(private readonly image: Image) {
    this.keys = image.table('accountKeys', 'aky', keyFields)
    this.counts = image.table('accountAccess', 'aac', accessFields)
    this.keysOf = new Relation(this.keys, this.keys.account)
    this.keyOfCredential = new Relation(this.keys, this.keys.credential)
    this.countsOf = new Relation(this.counts, this.counts.account)
    for (const derived of [this.keysOf, this.keyOfCredential, this.countsOf]) image.derived(derived)
  }

  /** The key that a credential is, or NO_ROW where it is of no account. */
  keyOf(credential: CredentialId): Row {
    return this.keys.size === 0 ? NO_ROW : this.keyOfCredential.head(credential)
  }

  /** The key of that number in the account, or NO_ROW. */
  findKey(account: AccountId, number: number): Row {
    for (let row = this.keysOf.head(account); row !== NO_ROW; row = this.keysOf.after(row))
      if (this.keys.number.get(row) === number) return row
    return NO_ROW
  }

  language(account: AccountId): Language | null {
    const row = this.countsOf.head(account)
    return row === NO_ROW ? null : this.counts.language.get(row)
  }

  /** The counts of an account, which are begun where there are none yet. */
  countsFor(account: AccountId): Row {
    const row = this.countsOf.head(account)
    if (row !== NO_ROW) return row
    const fresh = { account, keysMade: 0, logEntries: 0, language: null }
    return this.counts.insert(this.image.newId<AccountAccessId>(), fresh)
  }
}
