/**
 * What a node has open and holds: of an account or a group it is asked of its accounts; of a party it is a running sum,
 * kept at every node whether it is limited or not, so that the first limit of a party costs no more than the last. What
 * the accounts of a node hold is taken together: the long of one makes up for the short of another. Derived from orders
 * and positions by row-change hooks.
 */
import {
  type AccountId,
  type Hierarchy,
  isOutside,
  NO_PLACE,
  NodeSums,
  type PartyId,
  type SumPlace,
} from '../../hierarchy/index.js'
import { type Derived, NO_ROW, type Plain, type Row, roomFor, widened } from '../../image/index.js'
import type { InstrumentId, Market } from '../../market/index.js'
import { NONE } from '../../money/index.js'
import type { Trading } from '../../trading/index.js'
import type { NodeId } from './fields.js'
import { accountsOfNode } from './way-up.js'

/** What is open and held of one instrument, in its own quantities. */
export interface Usage {
  readonly bids: bigint
  readonly offers: bigint
  /** Above zero long, below zero short, all accounts together. */
  readonly net: bigint
}

const BIDS = 0
const OFFERS = 1
const NET = 2
/** Orders are counted over all instruments: under one code, with one figure. */
const ALL = 0
const COUNT = 0

export class NodeUsage implements Derived {
  readonly name = 'orders and positions of nodes'
  /** By the row of the instrument. */
  private readonly sums: NodeSums
  private readonly counts: NodeSums
  private placeOfOrder = new Int32Array(0)
  private placeOfPosition = new Int32Array(0)

  constructor(
    private readonly hierarchy: Hierarchy,
    private readonly market: Market,
    private readonly trading: Trading,
  ) {
    const { orders, positions } = trading
    this.sums = new NodeSums(hierarchy, 3, { hasManyCodes: true })
    this.counts = new NodeSums(hierarchy, 1)
    orders.hooks.push({
      inserted: (row) => this.enter(row),
      removing: (row) => {
        this.open(row, -this.openOf(row))
        this.count(row, -1)
      },
    })
    orders.quantity.watch((row, old) =>
      this.open(row, this.openOf(row) - this.openOf(row, { quantity: old })),
    )
    orders.filled.watch((row, old) => this.open(row, this.openOf(row) - this.openOf(row, { filled: old })))
    orders.pending.watch((row, old) => this.open(row, this.openOf(row) - this.openOf(row, { pending: old })))
    positions.hooks.push({
      inserted: (row) => this.enterPosition(row),
      removing: (row) => this.hold(row, -positions.quantity.get(row)),
    })
    positions.quantity.watch((row, old) => this.hold(row, positions.quantity.get(row) - old))
  }

  /** How many orders are open at and beneath a node. */
  orders(node: NodeId): number {
    const { trading, hierarchy, counts } = this
    const party = hierarchy.parties.find(node as PartyId)
    if (party === NO_ROW)
      return accountsOfNode(hierarchy, node).reduce((sum, each) => sum + trading.openOrders.ordersOf(each), 0)
    const place = counts.find(party, ALL)
    return place === NO_PLACE ? 0 : counts.small(COUNT, place)
  }

  of(node: NodeId, instrument: InstrumentId): Usage {
    const { hierarchy, market, sums } = this
    const party = hierarchy.parties.find(node as PartyId)
    if (party === NO_ROW) return this.ofAccounts(accountsOfNode(hierarchy, node), instrument)
    const place = sums.find(party, market.instruments.row(instrument))
    if (place === NO_PLACE) return { bids: 0n, offers: 0n, net: 0n }
    return { bids: sums.get(BIDS, place), offers: sums.get(OFFERS, place), net: sums.get(NET, place) }
  }

  *canonical(): Iterable<Plain> {
    const { hierarchy, market, sums } = this
    for (const id of hierarchy.parties.idsInOrder()) {
      const party = hierarchy.parties.row(id)
      const used: [InstrumentId, ...bigint[]][] = []
      for (let place = sums.first(party); place !== NO_PLACE; place = sums.after(place)) {
        const figures = [BIDS, OFFERS, NET].map((figure) => sums.get(figure, place))
        if (figures.some((each) => each !== 0n))
          used.push([market.instruments.id(sums.codeAt(place)), ...figures])
      }
      yield [id, this.orders(id), ...used.sort(([left], [right]) => left - right)]
    }
  }

  private ofAccounts(accounts: readonly AccountId[], instrument: InstrumentId): Usage {
    const { openOrders } = this.trading
    let [bids, offers, net] = [0n, 0n, 0n]
    for (const account of accounts) {
      const open = openOrders.find(account, instrument)
      bids += open?.bidQuantity ?? NONE
      offers += open?.offerQuantity ?? NONE
      net += this.trading.held(account, instrument)
    }
    return { bids, offers, net }
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

  private enter(row: Row): void {
    const { orders } = this.trading
    if (row >= this.placeOfOrder.length)
      this.placeOfOrder = widened(this.placeOfOrder, roomFor(row + 1, this.placeOfOrder.length))
    this.placeOfOrder[row] = this.placeOf(orders.account.get(row), orders.instrument.get(row))
    this.open(row, this.openOf(row))
    this.count(row, 1)
  }

  private enterPosition(row: Row): void {
    const { positions } = this.trading
    if (row >= this.placeOfPosition.length)
      this.placeOfPosition = widened(this.placeOfPosition, roomFor(row + 1, this.placeOfPosition.length))
    this.placeOfPosition[row] = this.placeOf(positions.account.get(row), positions.instrument.get(row))
    this.hold(row, positions.quantity.get(row))
  }

  private placeOf(account: AccountId, instrument: InstrumentId): SumPlace {
    const { hierarchy, market } = this
    const row = hierarchy.accounts.row(account)
    if (isOutside(hierarchy, row)) return NO_PLACE
    return this.sums.place(hierarchy.partyOf(row), market.instruments.row(instrument))
  }

  private open(row: Row, change: bigint): void {
    const place = this.placeOfOrder[row] as SumPlace
    if (place !== NO_PLACE)
      this.sums.add(place, this.trading.orders.side.get(row) === 'buy' ? BIDS : OFFERS, change)
  }

  private count(row: Row, change: 1 | -1): void {
    const { hierarchy, counts, trading } = this
    const party = hierarchy.partyOf(hierarchy.accounts.row(trading.orders.account.get(row)))
    counts.addLow(counts.place(party, ALL), COUNT, change)
  }

  private hold(row: Row, change: bigint): void {
    const place = this.placeOfPosition[row] as SumPlace
    if (place !== NO_PLACE) this.sums.add(place, NET, change)
  }
}
