/**
 * Applications: a person whom a firm wants to have as a client. The personal data is sealed and never read here; what
 * counts is the decision. After an approval the client, its user and its account come into being shortly after, by
 * themselves, as the venues promise it.
 */
import type { AccountId, PartyId } from '../../hierarchy/index.js'
import type { UserId } from '../../identity/index.js'
import {
  choice,
  count,
  type Id,
  type Image,
  Relation,
  type Row,
  ref,
  refOrNull,
  SECOND,
  type Table,
  text,
  textOrNull,
  time,
  timeOrNull,
  UniqueIndex,
} from '../../image/index.js'

export type ApplicationId = Id<'application'>

export const EXTERNAL_ID_LENGTH_MAX = 49
/** How long after the approval the account is there. */
export const PROVISIONING_DELAY = SECOND

export const KYC_DECISIONS = ['review', 'resubmit', 'accept', 'reject'] as const
export type KycDecision = (typeof KYC_DECISIONS)[number]
export const APPLICATION_STATUSES = ['open', 'on_hold', 'closed'] as const
export type ApplicationStatus = (typeof APPLICATION_STATUSES)[number]

const applicationFields = {
  firm: ref<PartyId>(),
  /** The firm's own name for the person, unique at the firm. */
  externalId: text(),
  /** `firm:externalId`. */
  key: text(),
  /** Null once it was erased. */
  sealedPersonal: textOrNull(),
  decision: choice(KYC_DECISIONS),
  status: choice(APPLICATION_STATUSES),
  subStatus: text(),
  reason: textOrNull(),
  provisionAt: timeOrNull(),
  party: refOrNull<PartyId>(),
  user: refOrNull<UserId>(),
  account: refOrNull<AccountId>(),
  decidedAt: timeOrNull(),
  version: count(),
  createdAt: time(),
}

export class Applications {
  readonly table: Table<ApplicationId, typeof applicationFields>
  readonly of: Relation<PartyId>
  private readonly byKey: UniqueIndex<string>

  constructor(image: Image) {
    this.table = image.table('applications', 'kyc', applicationFields)
    image.enrolDue(this.table, this.table.provisionAt)
    this.of = new Relation(this.table, this.table.firm)
    this.byKey = new UniqueIndex(this.table, this.table.key)
    image.derived(this.of)
    image.derived(this.byKey)
  }

  find(firm: PartyId, externalId: string): Row {
    return this.byKey.find(keyOf(firm, externalId))
  }
}

export const keyOf = (firm: PartyId, externalId: string): string => `${firm}:${externalId}`
