/**
 * The last two locks. State: dealing needs an approved, active, unblocked account under active owners; reading and
 * administering do not. Permission: `attributes.forbidden` of an account lists abilities that nobody has on it.
 */
import type { BlockKind, Hierarchy } from '../hierarchy/index.js'
import { type Ability, NO_ROW, type Row } from '../image/index.js'
import type { Refusal, RefusalCode } from '../refusals/index.js'
import type { Gates } from './gates.js'
import type { Place } from './places.js'
import type { Standing } from './standing.js'

const shut = (code: RefusalCode, detail: string): Refusal => ({ code, detail })

/** The kind of block that stands against each dealing; null where state does not matter. */
const DEALINGS: Readonly<Record<Ability, BlockKind | null>> = {
  read: null,
  report: null,
  administer: null,
  trade: 'trading',
  reduce: 'trading',
  // What an account that may not deal has in a book can always be taken back.
  cancel: null,
  transfer: 'transfers',
}

export class StateLocks {
  constructor(
    private readonly hierarchy: Hierarchy,
    private readonly standing: Standing,
    private readonly gates: Gates,
  ) {}

  stateFault(ability: Ability, { kind, row }: Place): Refusal | null {
    const block = DEALINGS[ability]
    if (kind !== 'account' || block === null) return null
    const { accounts } = this.hierarchy
    if (!this.gates.isOpen(row)) {
      if (accounts.stage.get(row) !== 'approved')
        return shut('account_not_active', 'the account is not approved yet')
      return shut('account_not_active', `the account is ${accounts.status.get(row)}`)
    }
    const party = this.gates.party(row)
    if (this.standing.isOwnerNotActive(party))
      return shut('party_suspended', 'an owner of the account is not active')
    return this.hierarchy.blocks.size === 0 ? null : this.blockFault(row, party, block)
  }

  /** Whether the account itself may deal, whoever asks: an order of one that may not is not traded with. */
  mayDeal(account: Row): boolean {
    return this.stateFault('trade', { kind: 'account', row: account }) === null
  }

  /** Whether it may be paid by whoever knows its address. */
  mayReceive(account: Row): boolean {
    const place: Place = { kind: 'account', row: account }
    return this.stateFault('transfer', place) === null && this.permissionFault('transfer', place) === null
  }

  permissionFault(ability: Ability, { kind, row }: Place): Refusal | null {
    if (kind !== 'account' || !this.gates.forbids(row)) return null
    const { forbidden } = this.hierarchy.accounts.attributes.get(row)
    return Array.isArray(forbidden) && forbidden.includes(ability)
      ? shut('permission_missing', `the account has no permission to ${ability}`)
      : null
  }

  private blockFault(account: Row, party: Row, kind: BlockKind): Refusal | null {
    const { hierarchy, standing } = this
    if (standing.isBlocked(hierarchy.accounts.id(account), kind))
      return shut('blocked', `a block on ${kind} stands against the account`)
    for (let row = party; row !== NO_ROW; row = hierarchy.order.parent(row)) {
      if (standing.isBlocked(hierarchy.parties.id(row), kind))
        return shut('blocked', `a block on ${kind} stands against an owner of the account`)
    }
    return null
  }
}
