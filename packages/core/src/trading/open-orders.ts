/**
 * What the open orders of each account come to, by instrument: quantities and money of both sides, and the reserve
 * that follows from them and the position. Derived from orders and positions by row-change hooks, so the reserve is
 * always restated from what is open; by account and currency the reserves are summed.
 */
import type { AccountId } from '../hierarchy/index.js'
import { type Derived, NO_ROW, type PairIndex, type Plain, type Row, type Table } from '../image/index.js'
import { feeReserve, type InstrumentId, type Market } from '../market/index.js'
import {
  type Amount,
  amount,
  type CurrencyCode,
  NONE,
  ONE,
  type Price,
  type Quantity,
  quantity,
  ZERO,
} from '../money/index.js'
import type { OrderId, orderFields, PositionId, positionFields, Side } from './fields.js'
import type { OpenSums } from './kinds/kind.js'
import { kindRules } from './kinds/kind-rules.js'

/** The open orders of one account in one instrument. */
export class Exposure implements OpenSums {
  bidQuantity = NONE
  bidCost = ZERO
  bidFees = ZERO
  bidOrders = 0
  offerQuantity = NONE
  offerProceeds = ZERO
  offerFees = ZERO
  excess = ZERO
  offerOrders = 0
  /** Of both sides, those that may only reduce. */
  reduceOnlyOrders = 0
  /** By the instrument's rules; kept as it was last restated. */
  reserve = ZERO

  constructor(
    readonly account: AccountId,
    readonly instrument: InstrumentId,
  ) {}
}

export const NO_OPEN_ORDERS: OpenSums = {
  bidQuantity: NONE,
  bidCost: ZERO,
  bidFees: ZERO,
  offerQuantity: NONE,
  offerProceeds: ZERO,
  offerFees: ZERO,
  excess: ZERO,
}

/** What one order adds: at the price that it is reserved at. */
export interface Contribution {
  readonly isBid: boolean
  readonly quantity: Quantity
  readonly money: Amount
  readonly fees: Amount
  /** What even a close would cost. */
  readonly excess: Amount
}

interface OfAccount {
  readonly exposures: Map<InstrumentId, Exposure>
  readonly reserves: Map<CurrencyCode, Amount>
  orders: number
}

export class OpenOrders implements Derived {
  readonly name = 'open orders'
  private readonly accounts = new Map<AccountId, OfAccount>()
  private readonly byClientId = new Map<AccountId, Map<string, Row>>()
  /** Rows that were counted as ones that may only reduce. */
  private readonly reduceOnly = new Set<Row>()
  private readonly contributions: (Contribution | undefined)[] = []

  constructor(
    private readonly orders: Table<OrderId, typeof orderFields>,
    private readonly positions: Table<PositionId, typeof positionFields>,
    private readonly holders: PairIndex<InstrumentId, AccountId>,
    private readonly market: Market,
  ) {
    orders.hooks.push({
      inserted: (row) => {
        this.enterName(row, orders.clientOrderId.get(row))
        this.count(row, 1)
        this.add(row)
      },
      removing: (row) => {
        this.leaveName(row, orders.clientOrderId.get(row))
        this.take(row)
        this.count(row, -1)
      },
    })
    orders.clientOrderId.watch((row, old) => {
      this.leaveName(row, old)
      this.enterName(row, orders.clientOrderId.get(row))
    })
    const restate = (row: Row): void => {
      this.take(row)
      this.add(row)
    }
    for (const column of [
      orders.quantity,
      orders.filled,
      orders.reservePrice,
      orders.isTriggered,
      orders.pending,
      orders.stopPrice,
      orders.terms,
      orders.feeExact,
      orders.takerFees,
    ])
      column.watch(restate)
    positions.quantity.watch((row) =>
      this.restateAt(positions.account.get(row), positions.instrument.get(row)),
    )
    positions.hooks.push({
      inserted: (row) => this.restateAt(positions.account.get(row), positions.instrument.get(row)),
      removing: () => {},
    })
  }

  /** The open orders in one instrument, or null where there are none. */
  find(account: AccountId, instrument: InstrumentId): Exposure | null {
    return this.accounts.get(account)?.exposures.get(instrument) ?? null
  }

  /** By instrument, in order of ids. */
  of(account: AccountId): Exposure[] {
    const exposures = [...(this.accounts.get(account)?.exposures.values() ?? [])]
    return exposures.sort((left, right) => left.instrument - right.instrument)
  }

  ordersOf(account: AccountId): number {
    return this.accounts.get(account)?.orders ?? 0
  }

  /** What the reserves of all instruments in a currency come to. */
  reserved(account: AccountId, currency: CurrencyCode): Amount {
    return this.accounts.get(account)?.reserves.get(currency) ?? ZERO
  }

  /** The largest reserve of one instrument in a currency. */
  reservedMost(account: AccountId, currency: CurrencyCode): Amount {
    const own = this.accounts.get(account)
    if (own === undefined || !own.reserves.has(currency)) return ZERO
    let most = ZERO
    for (const exposure of own.exposures.values()) {
      if (exposure.reserve > most && this.currencyOf(exposure.instrument) === currency)
        most = exposure.reserve
    }
    return most
  }

  /** The open order of an account by its client's id, or NO_ROW. */
  byClientOrderId(account: AccountId, clientOrderId: string): Row {
    return this.byClientId.get(account)?.get(clientOrderId) ?? NO_ROW
  }

  /** What an open row is counted with. */
  countedFor(row: Row): Contribution | null {
    return this.contributions[row] ?? null
  }

  /** The side whose fills would cost the more: the one that makes the reserve. */
  sideThatCosts(exposure: Exposure): Side {
    const { market } = this
    const row = market.instruments.row(exposure.instrument)
    const position = this.holders.find(exposure.instrument, exposure.account)
    const held = position === NO_ROW ? NONE : this.positions.quantity.get(position)
    const bidsAlone = { ...exposure, offerQuantity: NONE, offerProceeds: ZERO, offerFees: ZERO }
    const bids = kindRules(market.instruments.kind.get(row)).worstCost(bidsAlone, held, market.termsOf(row))
    return bids === exposure.reserve && exposure.bidOrders > 0 ? 'buy' : 'sell'
  }

  /** What an open order of these terms is counted with. */
  contributionOf(
    instrument: Row,
    order: {
      readonly side: 'buy' | 'sell'
      readonly reservePrice: Parameters<ReturnType<Market['termsOf']>['notional']>[0]
      readonly feeSchedule: Parameters<Market['feesOf']>[0]
      readonly feeExact: bigint
      readonly takerFees: Amount
    },
    open: Quantity,
    willTake: boolean,
  ): Contribution {
    const { market } = this
    const terms = market.termsOf(instrument)
    const isBid = order.side === 'buy'
    const money = terms.notional(order.reservePrice, open, isBid ? 'up' : 'down')
    const fees = market.feesOf(order.feeSchedule)
    if (fees === null) return { isBid, quantity: open, money, fees: ZERO, excess: ZERO }
    const basis = {
      price: order.reservePrice,
      quantity: open,
      quantityScale: terms.quantityScale,
      multiplier: terms.multiplier,
      isInverse: terms.isInverse,
    }
    const rates = willTake ? fees : { ...fees, takerRate: fees.makerRate }
    const currency = market.instruments.currency.get(instrument)
    const before = { exact: order.feeExact, charged: order.takerFees }
    const charged = feeReserve(rates, basis, currency, before)
    const freed = isBid ? terms.notional(ONE as Price, open, 'down') - money : money
    const excess = charged > freed ? amount(charged - freed) : ZERO
    return { isBid, quantity: open, money, fees: charged, excess }
  }

  *canonical(): Iterable<Plain> {
    for (const account of [...this.accounts.keys()].sort((left, right) => left - right)) {
      for (const exposure of this.of(account)) yield Object.values(exposure) as Plain[]
      const own = this.accounts.get(account) as OfAccount
      const sums = [...own.reserves]
        .filter(([, sum]) => sum !== ZERO)
        .sort(([left], [right]) => (left < right ? -1 : 1))
      yield [account, own.orders, sums]
      const names = [...(this.byClientId.get(account) ?? [])].sort(([left], [right]) =>
        left < right ? -1 : 1,
      )
      yield names.map(([name, row]) => [name, this.orders.id(row)])
    }
  }

  private currencyOf(instrument: InstrumentId): CurrencyCode {
    return this.market.instruments.currency.get(this.market.instruments.row(instrument))
  }

  private enterName(row: Row, clientOrderId: string | null): void {
    if (clientOrderId === null) return
    const account = this.orders.account.get(row)
    const known = this.byClientId.get(account)
    if (known === undefined) this.byClientId.set(account, new Map([[clientOrderId, row]]))
    else known.set(clientOrderId, row)
  }

  private leaveName(row: Row, clientOrderId: string | null): void {
    if (clientOrderId === null) return
    const known = this.byClientId.get(this.orders.account.get(row))
    if (known?.get(clientOrderId) === row) known.delete(clientOrderId)
    if (known?.size === 0) this.byClientId.delete(this.orders.account.get(row))
  }

  private count(row: Row, change: number): void {
    const account = this.orders.account.get(row)
    const own = this.accounts.get(account) ?? { exposures: new Map(), reserves: new Map(), orders: 0 }
    own.orders += change
    if (own.orders === 0) this.accounts.delete(account)
    else this.accounts.set(account, own)
  }

  private add(row: Row): void {
    const { orders, market } = this
    const instrument = orders.instrument.get(row)
    const pending = orders.pending.get(row)
    const whole = orders.quantity.get(row)
    // A replacement that waits for a venue's word counts where it asks for more.
    const most = pending !== null && pending.quantity > whole ? pending.quantity : whole
    const open = quantity(most - orders.filled.get(row))
    const order = {
      side: orders.side.get(row),
      reservePrice: worsePrice(orders.side.get(row), orders.reservePrice.get(row), pending?.reservePrice),
      feeSchedule: orders.feeSchedule.get(row),
      feeExact: orders.feeExact.get(row),
      takerFees: orders.takerFees.get(row),
    }
    // Only what does not rest in the book yet can still take.
    const willTake =
      (orders.stopPrice.get(row) !== null && !orders.isTriggered.get(row)) || orders.terms.get(row).allOrNone
    const contribution = this.contributionOf(market.instruments.row(instrument), order, open, willTake)
    this.contributions[row] = contribution
    if (orders.terms.get(row).reduceOnly) this.reduceOnly.add(row)
    this.change(row, instrument, contribution, 1n)
  }

  private take(row: Row): void {
    const contribution = this.contributions[row]
    if (contribution === undefined) return
    this.contributions[row] = undefined
    this.change(row, this.orders.instrument.get(row), contribution, -1n)
    this.reduceOnly.delete(row)
  }

  private change(row: Row, instrument: InstrumentId, contribution: Contribution, sign: 1n | -1n): void {
    const account = this.orders.account.get(row)
    const own = this.accounts.get(account) as OfAccount
    const exposure = own.exposures.get(instrument) ?? new Exposure(account, instrument)
    own.exposures.set(instrument, exposure)
    if (contribution.isBid) {
      exposure.bidQuantity = quantity(exposure.bidQuantity + sign * contribution.quantity)
      exposure.bidCost = amount(exposure.bidCost + sign * contribution.money)
      exposure.bidFees = amount(exposure.bidFees + sign * contribution.fees)
      exposure.bidOrders += Number(sign)
    } else {
      exposure.offerQuantity = quantity(exposure.offerQuantity + sign * contribution.quantity)
      exposure.offerProceeds = amount(exposure.offerProceeds + sign * contribution.money)
      exposure.offerFees = amount(exposure.offerFees + sign * contribution.fees)
      exposure.offerOrders += Number(sign)
    }
    exposure.excess = amount(exposure.excess + sign * contribution.excess)
    if (this.reduceOnly.has(row)) exposure.reduceOnlyOrders += Number(sign)
    this.restate(own, exposure)
    if (exposure.bidOrders === 0 && exposure.offerOrders === 0) own.exposures.delete(instrument)
  }

  private restateAt(account: AccountId, instrument: InstrumentId): void {
    const own = this.accounts.get(account)
    const exposure = own?.exposures.get(instrument)
    if (own !== undefined && exposure !== undefined) this.restate(own, exposure)
  }

  private restate(own: OfAccount, exposure: Exposure): void {
    const { instruments } = this.market
    const row = instruments.row(exposure.instrument)
    const position = this.holders.find(exposure.instrument, exposure.account)
    const held = position === NO_ROW ? NONE : this.positions.quantity.get(position)
    const reserve = kindRules(instruments.kind.get(row)).worstCost(exposure, held, this.market.termsOf(row))
    const currency = instruments.currency.get(row)
    own.reserves.set(currency, amount((own.reserves.get(currency) ?? 0n) - exposure.reserve + reserve))
    exposure.reserve = reserve
  }
}

export const worsePrice = (side: Side, price: Price, pending: Price | undefined): Price =>
  pending === undefined || (side === 'buy' ? pending <= price : pending >= price) ? price : pending
