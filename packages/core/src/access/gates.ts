/**
 * What every decision about an account looks at, side by side in one array: where its party is, and whether anything
 * about the account needs a closer look. Derived; a million accounts cost eight bytes each.
 */
import type { Hierarchy } from '../hierarchy/index.js'
import { NO_ROW, type Row, roomFor, widened } from '../image/index.js'

const OPEN = 1
const FORBIDS = 2
const GROUPED = 4

export class Gates {
  private gates = new Int32Array(0)

  constructor(private readonly hierarchy: Hierarchy) {
    const { accounts } = hierarchy
    const enter = (row: Row): void => this.enter(row)
    accounts.hooks.push({ inserted: enter, removing: () => {} })
    for (const column of [
      accounts.party,
      accounts.stage,
      accounts.status,
      accounts.attributes,
      accounts.group,
    ])
      column.watch(enter)
  }

  /** The row of the account's party. */
  party(account: Row): Row {
    const known = this.gates[2 * account] as Row
    return known === NO_ROW ? this.hierarchy.partyOf(account) : known
  }

  /** Approved and active. */
  isOpen(account: Row): boolean {
    return ((this.gates[2 * account + 1] as number) & OPEN) !== 0
  }

  /** The account forbids some ability to everybody. */
  forbids(account: Row): boolean {
    return ((this.gates[2 * account + 1] as number) & FORBIDS) !== 0
  }

  isGrouped(account: Row): boolean {
    return ((this.gates[2 * account + 1] as number) & GROUPED) !== 0
  }

  private enter(row: Row): void {
    if (2 * row >= this.gates.length)
      this.gates = widened(this.gates, 2 * roomFor(row + 1, this.gates.length / 2))
    const { accounts, parties } = this.hierarchy
    const isOpen = accounts.stage.get(row) === 'approved' && accounts.status.get(row) === 'active'
    const { forbidden } = accounts.attributes.get(row)
    const isGrouped = accounts.group.get(row) !== null
    this.gates[2 * row] = parties.find(accounts.party.get(row))
    this.gates[2 * row + 1] =
      (isOpen ? OPEN : 0) | (forbidden === undefined ? 0 : FORBIDS) | (isGrouped ? GROUPED : 0)
  }
}
