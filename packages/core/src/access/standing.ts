/**
 * Who stands and who does not: parties that are not active (a suspended node suspends its subtree), users, and the
 * blocks against them. It also counts every change after which an actor may be allowed something else, so that
 * streams look again only then.
 */
import type { BlockKind, Hierarchy } from '../hierarchy/index.js'
import type { Identity, TokenId } from '../identity/index.js'
import { type AnyTable, type Column, type Id, type Image, NO_ROW, type Row } from '../image/index.js'
import type { Refusal, RefusalCode } from '../refusals/index.js'

const shut = (code: RefusalCode, detail: string): Refusal => ({ code, detail })
const OWNER_NOT_ACTIVE = shut('actor_suspended', 'an owner of the credential is not active')
const USER_NOT_ACTIVE = shut('actor_suspended', 'the user is not active')
const USER_BLOCKED = shut('actor_suspended', 'the user is blocked from signing in')
const OWNER_BLOCKED = shut('actor_suspended', 'a block on signing in stands against an owner of the user')
/** Up to so many parties that are not active are compared one by one; beyond, the owners are walked. */
const FEW = 4
/** How many revoked tokens this process remembers for its open streams. */
const REVOKED_MAX = 100_000

export class Standing {
  /** Grows whenever anything changes that could alter an actor's access. */
  version = 0
  private readonly notActive = new Set<Row>()
  private few: Row[] = []
  /** Tokens taken away before their time. Only for the streams of this process, so it is no state of the book. */
  private readonly revoked = new Set<TokenId>()

  constructor(
    private readonly image: Image,
    private readonly hierarchy: Hierarchy,
    private readonly identity: Identity,
  ) {
    const { parties, accounts, groups, blocks } = hierarchy
    const { users, credentials, tokens } = identity
    this.followParties()
    this.countRows(blocks as AnyTable)
    this.countRows(identity.accountAccess.keys as AnyTable)
    this.countColumns(
      [parties.status, parties.owner, accounts.status, accounts.stage, accounts.group],
      [accounts.attributes, accounts.party, groups.party, blocks.kind, blocks.target],
      [users.status, users.roles, users.scopes, users.party],
      [credentials.status, credentials.scopes, credentials.expiresAt],
    )
    tokens.hooks.push({
      inserted: (row) => this.revoked.delete(tokens.id(row)),
      removing: (row) => this.rememberRevoked(tokens.id(row), tokens.expiresAt.get(row)),
    })
  }

  /** Counts every coming and going of rows, and every change of the columns, as a change of access. */
  countRows(table: AnyTable): void {
    const changed = (): void => {
      this.version += 1
    }
    table.hooks.push({ inserted: changed, removing: changed })
  }

  countColumns(...lists: readonly (readonly unknown[])[]): void {
    for (const column of lists.flat() as Column<unknown>[])
      column.watch(() => {
        this.version += 1
      })
  }

  wasRevoked(token: TokenId): boolean {
    return this.revoked.has(token)
  }

  /** Whether a party at or above `party` is suspended or closed. */
  isOwnerNotActive(party: Row): boolean {
    const { notActive, few } = this
    if (notActive.size === 0) return false
    if (notActive.size > FEW) return this.hierarchy.firstNotActive(party) !== NO_ROW
    for (let index = 0; index < few.length; index += 1)
      if (this.hierarchy.order.isAtOrAbove(few[index] as Row, party)) return true
    return false
  }

  partyFault(party: Row): Refusal | null {
    return this.isOwnerNotActive(party) ? OWNER_NOT_ACTIVE : null
  }

  /** The user and every owner above it are active, and nothing blocks it from signing in. */
  userFault(user: Row, party: Row): Refusal | null {
    if (this.isOwnerNotActive(party)) return OWNER_NOT_ACTIVE
    if (this.identity.users.status.get(user) !== 'active') return USER_NOT_ACTIVE
    const { hierarchy } = this
    if (hierarchy.blocks.size === 0) return null
    if (this.isBlocked(this.identity.users.id(user), 'login')) return USER_BLOCKED
    return this.isSignInBlockedAbove(party) ? OWNER_BLOCKED : null
  }

  isBlocked(target: Id, kind: BlockKind): boolean {
    return this.hierarchy.blocks.size > 0 && this.hierarchy.blockOn(target, kind) !== NO_ROW
  }

  /** A login block on an owner keeps its users out. One on the operator does not: nobody could lift it again. */
  private isSignInBlockedAbove(party: Row): boolean {
    const { blocks, blocksOn, order, parties } = this.hierarchy
    for (let row = party; order.parent(row) !== NO_ROW; row = order.parent(row)) {
      const target = parties.id(row)
      for (let block = blocksOn.head(target); block !== NO_ROW; block = blocksOn.after(block))
        if (blocks.kind.get(block) === 'login') return true
    }
    return false
  }

  private followParties(): void {
    const { parties } = this.hierarchy
    const settle = (row: Row, isActive: boolean): void => {
      if (isActive === !this.notActive.has(row)) return
      if (isActive) this.notActive.delete(row)
      else this.notActive.add(row)
      this.few = this.notActive.size > FEW ? [] : [...this.notActive]
    }
    parties.hooks.push({
      inserted: (row) => settle(row, parties.status.get(row) === 'active'),
      removing: (row) => settle(row, true),
    })
    parties.status.watch((row) => settle(row, parties.status.get(row) === 'active'))
  }

  private rememberRevoked(token: TokenId, expiresAt: number | null): void {
    if (expiresAt !== null && expiresAt <= this.image.head.time) return
    this.version += 1
    this.revoked.add(token)
    if (this.revoked.size <= REVOKED_MAX) return
    for (const oldest of this.revoked) {
      this.revoked.delete(oldest)
      break
    }
  }
}
