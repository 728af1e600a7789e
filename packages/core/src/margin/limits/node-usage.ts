/**
 * What a node has open and holds: of an account or a group it is asked of its accounts; of a party it is summed once,
 * when it is first asked for, and kept from then on. Where no party is limited nothing is kept.
 */
import type { AccountId, Hierarchy, PartyId } from '../../hierarchy/index.js'
import { NO_ROW, type Row } from '../../image/index.js'
import type { InstrumentId } from '../../market/index.js'
import { NONE } from '../../money/index.js'
import type { Trading } from '../../trading/index.js'
import type { NodeId } from './fields.js'
import { accountsOfNode, isBeneath, partiesFrom } from './way-up.js'

/** What is open and held of one instrument, in its own quantities. */
export interface Sides {
  bid: bigint
  offer: bigint
  long: bigint
  /** Above zero. */
  short: bigint
}

interface Kept {
  orders: number | null
  readonly sides: Map<InstrumentId, Sides>
}

export class NodeUsage {
  private readonly parties = new Map<PartyId, Kept>()

  constructor(
    private readonly hierarchy: Hierarchy,
    private readonly trading: Trading,
  ) {
    const { orders, positions } = trading
    orders.hooks.push({
      inserted: (row) => this.countOrder(row, 1, this.openOf(row)),
      removing: (row) => this.countOrder(row, -1, -this.openOf(row)),
    })
    orders.quantity.watch((row, old) =>
      this.countOrder(row, 0, this.openOf(row) - this.openOf(row, { quantity: old })),
    )
    orders.filled.watch((row, old) =>
      this.countOrder(row, 0, this.openOf(row) - this.openOf(row, { filled: old })),
    )
    orders.pending.watch((row, old) =>
      this.countOrder(row, 0, this.openOf(row) - this.openOf(row, { pending: old })),
    )
    positions.quantity.watch((row, old) => {
      this.hold(row, old, -1n)
      this.hold(row, positions.quantity.get(row), 1n)
    })
    positions.hooks.push({
      inserted: (row) => this.hold(row, positions.quantity.get(row), 1n),
      removing: (row) => this.hold(row, positions.quantity.get(row), -1n),
    })
    hierarchy.parties.owner.watch(() => this.parties.clear())
  }

  /** How many orders are open at and beneath a node. */
  orders(node: NodeId): number {
    const { trading, hierarchy } = this
    if (!hierarchy.parties.has(node as PartyId))
      return accountsOfNode(hierarchy, node).reduce((sum, each) => sum + trading.openOrders.ordersOf(each), 0)
    const kept = this.keptOf(node as PartyId)
    if (kept.orders === null) {
      kept.orders = 0
      for (const row of trading.orders.each())
        if (this.isOf(trading.orders.account.get(row), node)) kept.orders += 1
    }
    return kept.orders
  }

  sides(node: NodeId, instrument: InstrumentId): Sides {
    const { hierarchy } = this
    if (!hierarchy.parties.has(node as PartyId)) {
      const sides = { bid: 0n, offer: 0n, long: 0n, short: 0n }
      for (const account of accountsOfNode(hierarchy, node)) this.addAccount(sides, account, instrument)
      return sides
    }
    const kept = this.keptOf(node as PartyId)
    const known = kept.sides.get(instrument)
    if (known !== undefined) return known
    const sides = this.sumSides(node, instrument)
    kept.sides.set(instrument, sides)
    return sides
  }

  private keptOf(party: PartyId): Kept {
    const known = this.parties.get(party)
    if (known !== undefined) return known
    const kept: Kept = { orders: null, sides: new Map() }
    this.parties.set(party, kept)
    return kept
  }

  private sumSides(node: NodeId, instrument: InstrumentId): Sides {
    const { orders, ordersIn, holders, positions } = this.trading
    const sides = { bid: 0n, offer: 0n, long: 0n, short: 0n }
    for (let row = ordersIn.head(instrument); row !== NO_ROW; row = ordersIn.after(row))
      if (this.isOf(orders.account.get(row), node)) addOpen(sides, orders.side.get(row), this.openOf(row))
    for (const row of holders.each(instrument))
      if (this.isOf(positions.account.get(row), node)) addHeld(sides, positions.quantity.get(row), 1n)
    return sides
  }

  private addAccount(sides: Sides, account: AccountId, instrument: InstrumentId): void {
    const { trading } = this
    const open = trading.openOrders.find(account, instrument)
    sides.bid += open?.bidQuantity ?? NONE
    sides.offer += open?.offerQuantity ?? NONE
    addHeld(sides, trading.held(account, instrument), 1n)
  }

  /** What an order may still fill; a replacement that waits for a venue counts where it asks for more. */
  private openOf(row: Row, before: { quantity?: bigint; filled?: bigint; pending?: unknown } = {}): bigint {
    const { orders } = this.trading
    const pending = ('pending' in before ? before.pending : orders.pending.get(row)) as {
      readonly quantity: bigint
    } | null
    const quantity = before.quantity ?? orders.quantity.get(row)
    const asked = pending !== null && pending.quantity > quantity ? pending.quantity : quantity
    return asked - (before.filled ?? orders.filled.get(row))
  }

  private isOf(account: AccountId, node: NodeId): boolean {
    return isBeneath(this.hierarchy, account, node)
  }

  private countOrder(row: Row, orders: number, open: bigint): void {
    if (this.parties.size === 0) return
    const table = this.trading.orders
    this.eachKept(table.account.get(row), (kept) => {
      if (kept.orders !== null) kept.orders += orders
      const sides = kept.sides.get(table.instrument.get(row))
      if (sides !== undefined) addOpen(sides, table.side.get(row), open)
    })
  }

  private hold(row: Row, held: bigint, sign: 1n | -1n): void {
    if (this.parties.size === 0) return
    const { positions } = this.trading
    this.eachKept(positions.account.get(row), (kept) => {
      const sides = kept.sides.get(positions.instrument.get(row))
      if (sides !== undefined) addHeld(sides, held, sign)
    })
  }

  private eachKept(account: AccountId, change: (kept: Kept) => void): void {
    const { hierarchy } = this
    for (const party of partiesFrom(hierarchy, hierarchy.partyOf(hierarchy.accounts.row(account)))) {
      const kept = this.parties.get(party)
      if (kept !== undefined) change(kept)
    }
  }
}

function addOpen(sides: Sides, side: 'buy' | 'sell', open: bigint): void {
  if (side === 'buy') sides.bid += open
  else sides.offer += open
}

function addHeld(sides: Sides, held: bigint, sign: 1n | -1n): void {
  if (held > 0n) sides.long += sign * held
  else sides.short -= sign * held
}
