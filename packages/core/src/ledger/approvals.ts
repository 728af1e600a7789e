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
  type Id,
  type Image,
  type Instant,
  type Plain,
  Relation,
  type Row,
  type Table,
} from '../image/index.js'
import { asksForApproval, type Settings } from '../settings/index.js'
import { type ApprovalId, approvalFields } from './tables.js'

/** How long a request waits for its second person. */
export const APPROVAL_WAITS = 7 * DAY

export class Approvals {
  readonly table: Table<ApprovalId, typeof approvalFields>
  readonly of: Relation<PartyId>

  constructor(
    private readonly image: Image,
    private readonly settings: Settings,
    private readonly hierarchy: Hierarchy,
  ) {
    this.table = image.table<ApprovalId, typeof approvalFields>('approvals', 'apr', approvalFields)
    image.enrolDue(this.table, this.table.expiresAt)
    this.of = new Relation(this.table, this.table.party)
    image.derived(this.of)
  }

  /**
   * Whether the policy in force at the subject's node, or at any node above it, wants a second person. Policies add up:
   * whoever administers a node can ask for more than its owners do, never for less.
   */
  isAsked(subject: ApprovalSubject, at: Instant): boolean {
    for (let node: Id | null = subject.party; node !== null; node = this.settings.nodes.parentOf(node)) {
      if (asksForApproval(this.settings.effective('approvals.policy', node, at), subject)) return true
      if (!this.settings.isUsed('approvals.policy')) return false
    }
    return false
  }

  /** Stores a command that waits. */
  store(request: {
    readonly operation: string
    readonly input: Plain
    readonly subject: ApprovalSubject
    readonly maker: Extract<Actor, { kind: 'credential' }>
    readonly doer: Doer
    readonly now: Instant
  }): Row {
    const { operation, input, subject, maker, doer, now } = request
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
      expiresAt: (now + APPROVAL_WAITS) as Instant,
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
