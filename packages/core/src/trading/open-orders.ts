/**
 * What the open orders of each account come to, by instrument: quantities and money of both sides, and the reserve
 * that follows from them and the position. Derived from orders and positions by row-change hooks, so the reserve is
 * always restated from what is open; by account and currency the reserves are summed. What orders in currency pairs
 * reserve is summed apart: it is locked, in the currency that each side would give.
 */
import type { AccountId } from '../hierarchy/index.js'
import { type Derived, NO_ROW, type PairIndex, type Plain, type Row, type Table } from '../image/index.js'
import type { InstrumentId, Market } from '../market/index.js'
import { type Amount, amount, type CurrencyCode, NONE, quantity, ZERO } from '../money/index.js'
import { type Contribution, contributionOf, worsePrice } from './contribution.js'
import type { OrderId, orderFields, PositionId, positionFields, Side } from './fields.js'
import type { OpenSums } from './kinds/kind.js'
import { kindRules, leavesPositions } from './kinds/kind-rules.js'

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
  /** Of a pair what the offers lock of the base; `reserve` is what the bids lock of the quote. */
  baseReserve = ZERO

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

interface OfAccount {
  readonly exposures: Map<InstrumentId, Exposure>
  readonly reserves: Map<CurrencyCode, Amount>
  /** Of pairs. */
  readonly locks: Map<CurrencyCode, Amount>
  orders: number
}

export class OpenOrders implements Derived {
  readonly name = 'open orders'
  private readonly accounts = new Map<AccountId, OfAccount>()
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
        this.count(row, 1)
        this.add(row)
      },
      removing: (row) => {
        this.take(row)
        this.count(row, -1)
      },
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

  /** What the reserves of all instruments in a currency come to, beside what is locked. */
  reserved(account: AccountId, currency: CurrencyCode): Amount {
    return this.accounts.get(account)?.reserves.get(currency) ?? ZERO
  }

  /** What orders in currency pairs lock of a currency, but those in `except`. */
  locked(account: AccountId, currency: CurrencyCode, except: InstrumentId | null = null): Amount {
    const own = this.accounts.get(account)
    const sum = own?.locks.get(currency) ?? ZERO
    const left = except === null ? undefined : own?.exposures.get(except)
    return left === undefined ? sum : amount(sum - this.lockedBy(left, currency))
  }

  /** The largest reserve of one instrument in a currency, beside what is locked. */
  reservedMost(account: AccountId, currency: CurrencyCode): Amount {
    const own = this.accounts.get(account)
    if (own === undefined || !own.reserves.has(currency)) return ZERO
    let most = ZERO
    for (const exposure of own.exposures.values()) {
      if (
        exposure.reserve > most &&
        !this.isPair(exposure) &&
        this.currencyOf(exposure.instrument) === currency
      )
        most = exposure.reserve
    }
    return most
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

  *canonical(): Iterable<Plain> {
    for (const account of [...this.accounts.keys()].sort((left, right) => left - right)) {
      for (const exposure of this.of(account)) yield Object.values(exposure) as Plain[]
      const own = this.accounts.get(account) as OfAccount
      yield [account, own.orders, ...[own.reserves, own.locks].map(sumsInOrder)]
    }
  }

  private isPair({ instrument }: Exposure): boolean {
    const { instruments } = this.market
    return !leavesPositions(instruments.kind.get(instruments.row(instrument)))
  }

  private lockedBy(exposure: Exposure, currency: CurrencyCode): Amount {
    if (!this.isPair(exposure)) return ZERO
    if (this.currencyOf(exposure.instrument) === currency) return exposure.reserve
    return this.market.pairs.base(this.market.instruments.row(exposure.instrument)) === currency
      ? exposure.baseReserve
      : ZERO
  }

  private currencyOf(instrument: InstrumentId): CurrencyCode {
    return this.market.instruments.currency.get(this.market.instruments.row(instrument))
  }

  private count(row: Row, change: number): void {
    const account = this.orders.account.get(row)
    const own = this.accounts.get(account) ?? {
      exposures: new Map(),
      reserves: new Map(),
      locks: new Map(),
      orders: 0,
    }
    own.orders += change
    if (own.orders === 0) this.accounts.delete(account)
    else this.accounts.set(account, own)
  }

  private add(row: Row): void {
    const { orders, market } = this
    // One that waits for another is judged, and counts, when it is live.
    if (orders.terms.get(row).link?.isWaiting === true) return
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
    const contribution = contributionOf(market, market.instruments.row(instrument), order, open, willTake)
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
    const base = this.market.pairs.base(row)
    addTo(base === null ? own.reserves : own.locks, currency, amount(reserve - exposure.reserve))
    exposure.reserve = reserve
    if (base === null) return
    const offered = this.market.pairs.baseAmount(row, exposure.offerQuantity)
    addTo(own.locks, base, amount(offered - exposure.baseReserve))
    exposure.baseReserve = offered
  }
}

function addTo(sums: Map<CurrencyCode, Amount>, currency: CurrencyCode, change: Amount): void {
  sums.set(currency, amount((sums.get(currency) ?? 0n) + change))
}

const sumsInOrder = (sums: ReadonlyMap<CurrencyCode, Amount>): Plain =>
  [...sums].filter(([, sum]) => sum !== ZERO).sort(([left], [right]) => (left < right ? -1 : 1))
