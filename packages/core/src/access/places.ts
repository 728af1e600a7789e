/** Where a target is: its kind and its row, found once for all locks, in one object that is used again and again. */
import type { AccountId, GroupId, Hierarchy, PartyId } from '../hierarchy/index.js'
import type { Identity, UserId } from '../identity/index.js'
import { type Id, NO_ROW, type Row, type Target } from '../image/index.js'

export interface Place {
  readonly kind: 'self' | 'account' | 'group' | 'party' | 'user'
  /** NO_ROW for the acting user itself. */
  readonly row: Row
}

/** A target that is nowhere, for ids that lead to no row: it is answered like any other that is out of reach. */
export const NOWHERE: Target = { party: 0 as Id }

export class Places implements Place {
  kind: Place['kind'] = 'self'
  row: Row = NO_ROW

  constructor(
    private readonly hierarchy: Hierarchy,
    private readonly identity: Identity,
  ) {}

  /** Whether there is such a thing; kind and row then say which. */
  find(target: Target): boolean {
    if (target === 'self') {
      this.kind = 'self'
      this.row = NO_ROW
      return true
    }
    if ('account' in target) {
      this.kind = 'account'
      this.row = this.hierarchy.accounts.find(target.account as AccountId)
    } else if ('party' in target) {
      this.kind = 'party'
      this.row = this.hierarchy.parties.find(target.party as PartyId)
    } else if ('group' in target) {
      this.kind = 'group'
      this.row = this.hierarchy.groups.find(target.group as GroupId)
    } else {
      this.kind = 'user'
      this.row = this.identity.users.find(target.user as UserId)
    }
    return this.row !== NO_ROW
  }
}
