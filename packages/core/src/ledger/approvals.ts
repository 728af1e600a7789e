/**
 * Maker and checker. Where the policy of a node asks for a second person, the command is stored as it came instead
 * of being decided. Another user carries it out under the maker's locks as they are then, or rejects it; the maker
 * can withdraw it; time lets it expire.
 */
import type { Hierarchy, PartyId } from '../hierarchy/index.js'
import {
  type Actor,
  type ApprovalSubject,
  DAY,
  type Doer,
  type Image,
  type Instant,
  type Plain,
  Relation,
  type Row,
  type Table,
} from '../image/index.js'
import type { Amount } from '../money/index.js'
import { type ApprovalId, approvalFields } from './tables.js'

/** What a node asks for. It is the value of the setting `approvals.policy`. */
export type ApprovalPolicy = {
  readonly kinds: readonly ApprovalSubject['kind'][]
  /** Money below the amount of its currency needs nobody else; a currency that is not named always does. */
  readonly amountsFrom: { readonly [currency: string]: Amount }
  /** How long a request waits. */
  readonly expiresAfter: number
}

/** How long a request waits where the policy does not say. */
export const APPROVAL_WAITS = 7 * DAY

/** Whether a policy wants a second person for this. */
export function asksFor(
  policy: ApprovalPolicy | null,
  { kind, amount }: ApprovalSubject,
): policy is ApprovalPolicy {
  if (policy === null || !policy.kinds.includes(kind)) return false
  const floor = amount === undefined ? undefined : policy.amountsFrom[amount.currency]
  return floor === undefined || amount === undefined || amount.amount >= floor
}

export class Approvals {
  readonly table: Table<ApprovalId, typeof approvalFields>
  readonly of: Relation<PartyId>
  /** The policy that holds at a node at a time. The engine connects it with the settings. */
  policyOf: (party: PartyId, at: Instant) => ApprovalPolicy | null = () => null

  constructor(
    private readonly image: Image,
    private readonly hierarchy: Hierarchy,
  ) {
    this.table = image.table<ApprovalId, typeof approvalFields>('approvals', 'apr', approvalFields)
    image.enrolDue(this.table, this.table.expiresAt)
    this.of = new Relation(this.table, this.table.party)
    image.derived(this.of)
  }

  /** The policy where it asks for a second person, or null where the command can be decided at once. */
  asked(subject: ApprovalSubject | null, at: Instant): ApprovalPolicy | null {
    if (subject === null) return null
    const policy = this.policyOf(subject.party as PartyId, at)
    return asksFor(policy, subject) ? policy : null
  }

  /** Stores a command that waits. */
  store(request: {
    readonly operation: string
    readonly input: Plain
    readonly subject: ApprovalSubject
    readonly maker: Extract<Actor, { kind: 'credential' }>
    readonly doer: Doer
    readonly policy: ApprovalPolicy
    readonly now: Instant
  }): Row {
    const { operation, input, subject, maker, doer, policy, now } = request
    return this.table.insert(this.image.newId<ApprovalId>(), {
      operation,
      kind: subject.kind,
      party: subject.party as PartyId,
      input,
      makerCredential: maker.credential,
      makerActingAs: maker.actingUser,
      makerUser: doer.user,
      state: 'open',
      decidedBy: null,
      expiresAt: (now + policy.expiresAfter) as Instant,
      createdAt: now,
    })
  }

  /** The maker as an actor: without the token of then, which may be gone. */
  makerOf(row: Row): Extract<Actor, { kind: 'credential' }> {
    return {
      kind: 'credential',
      credential: this.table.makerCredential.get(row),
      token: null,
      actingUser: this.table.makerActingAs.get(row),
    }
  }

  /** Whether the doer is the maker: the same user, or the same credential whoever it acts as. */
  isMaker(row: Row, doer: Doer): boolean {
    if (doer.credential === null) return false
    const user = this.table.makerUser.get(row)
    return doer.credential === this.table.makerCredential.get(row) || (user !== null && user === doer.user)
  }

  pathsOf(row: Row): string[] {
    return [this.hierarchy.pathOf(this.hierarchy.parties.row(this.table.party.get(row)))]
  }

  /** What events and queries show of a request. The input of one about rights can hold secrets and is not shown. */
  view(row: Row): { readonly [key: string]: Plain } {
    const { input, ...shown } = this.table.read(row)
    const id = this.table.id(row)
    return shown.kind === 'rights' ? { id, ...shown, input: null } : { id, ...shown, input }
  }
}
