/**
 * The trading room: orders, the books in which they meet, executions and positions. A fill moves money and contracts
 * between two accounts in one step, so both always sum to zero. What funds and limits allow is judged by the rooms
 * behind this one, which hang their checks on it.
 */
import type { AccountId, Hierarchy } from '../hierarchy/index.js'
import {
  type Image,
  NO_ROW,
  OwnedIdOrder,
  PairIndex,
  type Plain,
  Relation,
  type Row,
  type Table,
  UniqueIndex,
} from '../image/index.js'
import type { InstrumentId, Market, MarketContext } from '../market/index.js'
import { type Amount, type CurrencyCode, NONE, type Quantity } from '../money/index.js'
import { Books } from './book/books.js'
import { PeggedOrders } from './book/pegged-orders.js'
import { TrailingOrders } from './book/trailing-orders.js'
import { WaitingOrders } from './book/waiting-orders.js'
import { ClientOrderIds } from './client-order-ids.js'
import { type DisconnectId, disconnectFields } from './disconnects/fields.js'
import { EndingOrders } from './ending-orders.js'
import type { Candidate, Fault, Taken } from './faults.js'
import {
  correctionFields,
  type LotId,
  lotFields,
  type OrderId,
  orderFields,
  type PositionId,
  positionFields,
  type Side,
  shortfallFields,
  type TradeId,
  type UnsettledId,
  unsettledFields,
  variationFields,
} from './fields.js'
import { contingencyFields } from './linked/fields.js'
import { LinkedOrders } from './linked/linked-orders.js'
import { type MoveId, moveFields } from './moves/fields.js'
import { OpenInterest } from './open-interest.js'
import { OpenOrders } from './open-orders.js'
import type { Order } from './order.js'
import { type ProtectionId, protectionFields } from './protection/fields.js'
import { ProtectedOrders } from './protection/protected-orders.js'
import { OpenQuotes } from './quotes/open-quotes.js'
import { trail } from './trailing.js'
import { type VenueId, venueFields } from './venues/fields.js'

export interface TradingContext extends MarketContext {
  readonly trading: Trading
}

/** What has to allow an order before it is accepted. Checks are asked in the order in which they were added. */
export interface OrderCheck {
  fault(context: TradingContext, candidate: Candidate): Fault | null
  /** An order came in: it was accepted, replaced, or recorded as rejected. */
  entered?(context: TradingContext, order: Order): void
  /** What stands against what an account holds once it has taken over a position. */
  taken?(context: TradingContext, taken: Taken): Fault | null
}

/** The room that knows what an account can pay. */
export interface FundsRule {
  /** The side of which open orders of the account in the instrument are not paid for any more; null where all are. */
  unfundedSide(account: AccountId, instrument: Row): Side | null
  /** Whether the account has margin for derivatives at all. */
  carriesDerivatives(account: AccountId): boolean
  /** What it has beyond all that its positions and open orders require; null where a price is missing for that. */
  excess(account: AccountId, currency: CurrencyCode): Amount | null
}

export class Trading {
  readonly positions: Table<PositionId, typeof positionFields>
  readonly lots: Table<LotId, typeof lotFields>
  readonly orders: Table<OrderId, typeof orderFields>
  readonly variations: Table<PositionId, typeof variationFields>
  readonly unsettled: Table<UnsettledId, typeof unsettledFields>
  readonly corrections: Table<TradeId, typeof correctionFields>
  readonly shortfalls: Table<AccountId, typeof shortfallFields>
  readonly venues: Table<VenueId, typeof venueFields>
  readonly moves: Table<MoveId, typeof moveFields>
  readonly venueByName: UniqueIndex<string>
  readonly positionsOf: Relation<AccountId>
  readonly lotsOf: Relation<PositionId>
  readonly ordersOf: Relation<AccountId>
  readonly ordersIn: Relation<InstrumentId>
  readonly unsettledOf: Relation<AccountId>
  /** By their main account, oldest first. */
  readonly movesOf: Relation<AccountId>
  /** The position of an account in an instrument; the holders of an instrument. */
  readonly holders: PairIndex<InstrumentId, AccountId>
  /** The positions in an instrument, place by place: none ever goes, and what is new comes last. */
  readonly holderOrder: OwnedIdOrder<InstrumentId, PositionId>
  readonly books: Books
  readonly waiting: WaitingOrders
  readonly trailing: TrailingOrders
  readonly peggedOrders: PeggedOrders
  readonly protections: Table<ProtectionId, typeof protectionFields>
  readonly protectionsOf: Relation<AccountId>
  readonly protectedOrders: ProtectedOrders
  readonly openQuotes: OpenQuotes
  readonly disconnects: Table<DisconnectId, typeof disconnectFields>
  readonly disconnectsOf: Relation<AccountId>
  /** By the primary order's id. */
  readonly contingencies: Table<OrderId, typeof contingencyFields>
  readonly contingenciesOf: Relation<AccountId>
  readonly linkedOrders: LinkedOrders
  readonly openOrders: OpenOrders
  readonly clientOrderIds: ClientOrderIds
  readonly ending: EndingOrders
  readonly openInterest: OpenInterest
  readonly checks: OrderCheck[] = []
  /** Set by the margin room. */
  funds: FundsRule | null = null

  constructor(image: Image, hierarchy: Hierarchy, market: Market) {
    this.positions = image.table('positions', 'pos', positionFields)
    this.lots = image.table('lots', 'lot', lotFields)
    this.orders = image.table('orders', 'ord', orderFields)
    this.variations = image.table('variations', 'pos', variationFields)
    this.unsettled = image.table('unsettled', 'uns', unsettledFields)
    this.corrections = image.table('trade_corrections', 'trd', correctionFields)
    this.shortfalls = image.table('shortfalls', 'acc', shortfallFields)
    this.venues = image.table('venues', 'ven', venueFields)
    this.moves = image.table('position_moves', 'mov', moveFields)
    this.protections = image.table('protections', 'mmp', protectionFields)
    this.disconnects = image.table('disconnects', 'dis', disconnectFields)
    this.contingencies = image.table('contingencies', 'ord', contingencyFields)
    this.venueByName = new UniqueIndex(this.venues, this.venues.name)
    image.enrolDue(this.orders, this.orders.expiresAt)
    image.enrolDue(this.unsettled, this.unsettled.settlesAt)
    image.enrolDue(this.shortfalls, this.shortfalls.nextStepAt)
    image.enrolDue(this.protections, this.protections.frozenUntil)
    image.enrolDue(this.contingencies, this.contingencies.nextStepAt)
    this.positionsOf = new Relation(this.positions, this.positions.account)
    this.lotsOf = new Relation(this.lots, this.lots.position)
    this.ordersOf = new Relation(this.orders, this.orders.account)
    this.ordersIn = new Relation(this.orders, this.orders.instrument)
    this.unsettledOf = new Relation(this.unsettled, this.unsettled.account)
    this.movesOf = new Relation(this.moves, this.moves.main)
    this.holders = new PairIndex(this.positions, this.positions.instrument, this.positions.account)
    this.holderOrder = new OwnedIdOrder(this.positions, this.positions.instrument)
    this.books = new Books(this.orders, market)
    this.waiting = new WaitingOrders(this.orders, market)
    this.trailing = new TrailingOrders(this.orders, market)
    this.peggedOrders = new PeggedOrders(this.orders, market)
    this.protectionsOf = new Relation(this.protections, this.protections.account)
    this.protectedOrders = new ProtectedOrders(this.orders, market)
    this.openQuotes = new OpenQuotes(this.orders)
    this.disconnectsOf = new Relation(this.disconnects, this.disconnects.account)
    this.contingenciesOf = new Relation(this.contingencies, this.contingencies.account)
    this.linkedOrders = new LinkedOrders(this.orders)
    this.openOrders = new OpenOrders(this.orders, this.positions, this.holders, market)
    this.clientOrderIds = new ClientOrderIds(this.orders)
    this.ending = new EndingOrders(this.orders)
    this.openInterest = new OpenInterest(this.positions)
    for (const derived of [
      this.venueByName,
      this.positionsOf,
      this.lotsOf,
      this.ordersOf,
      this.ordersIn,
      this.unsettledOf,
      this.movesOf,
      this.holders,
      this.holderOrder,
      this.books,
      this.waiting,
      this.trailing,
      this.peggedOrders,
      this.protectionsOf,
      this.protectedOrders,
      this.openQuotes,
      this.disconnectsOf,
      this.contingenciesOf,
      this.linkedOrders,
      this.openOrders,
      this.clientOrderIds,
      this.ending,
      this.openInterest,
    ])
      image.derived(derived)
    market.duties.push({
      isInUse: (row) => {
        const id = market.instruments.id(row)
        return !this.ordersIn.isEmpty(id) || this.holders.count(id) > 0
      },
      openInterest: (row) => this.openInterest.of(market.instruments.id(row)),
      hasOrders: (row) => !this.ordersIn.isEmpty(market.instruments.id(row)),
      isAwaited: (row, now) => {
        const id = market.instruments.id(row)
        return (
          this.trailing.leftBehind(id) !== NO_ROW ||
          this.waiting.triggered(id) !== NO_ROW ||
          this.peggedOrders.isLeftBehind(id, now)
        )
      },
      follow: (row, room) => trail({ market, trading: this }, row, room),
    })
    hierarchy.closePreconditions.push(
      {
        node: 'account',
        name: 'no_open_order',
        fault: (row) => (this.ordersOf.isEmpty(hierarchy.accounts.id(row)) ? null : 'expected no open order'),
      },
      {
        node: 'account',
        name: 'no_position',
        fault: (row) =>
          this.positionsOf.some(
            hierarchy.accounts.id(row),
            (each) => this.positions.quantity.get(each) !== NONE,
          )
            ? 'expected no position'
            : null,
      },
      {
        node: 'account',
        name: 'nothing_unsettled',
        fault: (row) =>
          this.unsettledOf.isEmpty(hierarchy.accounts.id(row))
            ? null
            : 'expected no trade that is not settled yet',
      },
    )
  }

  /** The signed quantity that an account has in an instrument. */
  held(account: AccountId, instrument: InstrumentId): Quantity {
    const row = this.holders.find(instrument, account)
    return row === NO_ROW ? NONE : this.positions.quantity.get(row)
  }

  /** Of a process that goes through all positions of an instrument as they were when it began: the one at a place. */
  positionAt(parameters: Plain, place: number): PositionId {
    const { instrument } = parameters as { readonly instrument: InstrumentId }
    const id = this.holderOrder.at(instrument, place)
    if (id === undefined) throw new Error(`expected more than ${place} positions in ins_${instrument}`)
    return id
  }

  /** Money of sales that is booked and not settled yet. */
  unsettledCredits(account: AccountId, currency: CurrencyCode): Amount {
    let sum = 0n
    for (let row = this.unsettledOf.head(account); row !== NO_ROW; row = this.unsettledOf.after(row))
      if (this.unsettled.currency.get(row) === currency) sum += this.unsettled.credits.get(row)
    return sum as Amount
  }

  unsettledDebits(account: AccountId, currency: CurrencyCode): Amount {
    let sum = 0n
    for (let row = this.unsettledOf.head(account); row !== NO_ROW; row = this.unsettledOf.after(row))
      if (this.unsettled.currency.get(row) === currency) sum += this.unsettled.debits.get(row)
    return sum as Amount
  }
}
