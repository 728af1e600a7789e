/**
 * Per node and instrument, what is long and what is short and their costs, apart; and from these and the prices of this
 * moment, the exact value of all that is held at and beneath a node. Of futures and perpetuals that value is what they
 * have gained or lost since they were last settled. Derived from the positions by row-change hooks.
 */
import { type Hierarchy, isOutside, NO_PLACE, NodeSums, type SumPlace } from '../hierarchy/index.js'
import { type Derived, type Plain, type Row, roomFor, widened } from '../image/index.js'
import { hasSessions, type InstrumentId, type Market } from '../market/index.js'
import { type Amount, amount, type CurrencyCode, type Quantity, quantity } from '../money/index.js'
import type { Trading } from '../trading/index.js'
import { Tally } from './tally.js'
import { UnitWorths } from './unit-worths.js'

export interface InstrumentSum {
  readonly instrument: InstrumentId
  readonly long: Quantity
  readonly longCost: Amount
  /** Above zero: how much is short. */
  readonly short: Quantity
  /** What the shorts brought in, below zero. */
  readonly shortCost: Amount
}

export interface PositionsValue {
  readonly currency: CurrencyCode
  readonly long: Amount
  /** Below zero. */
  readonly short: Amount
  /** Instruments that are held and have no price: they are in no value. */
  readonly unpriced: number
}

const LONG = 0
const LONG_COST = 1
const SHORT = 2
const SHORT_COST = 3
/** Of futures and perpetuals: the basis less what was realized and funded, on either side. */
const BASIS = 4
/** Where all of these are zero nothing is left. */
const HELD = [LONG, SHORT, BASIS] as const

export class InstrumentSums implements Derived {
  readonly name = 'roll-ups of instruments'
  /** By the row of the instrument. */
  private readonly sums: NodeSums
  private readonly worths: UnitWorths
  private placeOfPosition = new Int32Array(0)

  constructor(
    private readonly hierarchy: Hierarchy,
    private readonly market: Market,
    private readonly trading: Trading,
  ) {
    const { positions } = trading
    this.worths = new UnitWorths(market)
    this.sums = new NodeSums(hierarchy, 5, { hasManyCodes: true })
    positions.hooks.push({
      inserted: (row) => this.enter(row),
      removing: (row) => this.count(row, positions.quantity.get(row), positions.cost.get(row), -1n),
    })
    positions.quantity.watch((row, old) => {
      const cost = positions.cost.get(row)
      this.count(row, old, cost, -1n)
      this.count(row, positions.quantity.get(row), cost, 1n)
    })
    positions.cost.watch((row, old) => {
      const held = positions.quantity.get(row)
      this.addCost(row, held, positions.cost.get(row) - old)
    })
    const { variations } = trading
    variations.hooks.push({
      inserted: (row) => this.addBasis(row, this.basisOf(row)),
      removing: (row) => this.addBasis(row, -this.basisOf(row)),
    })
    variations.basis.watch((row, old) => this.addBasis(row, variations.basis.get(row) - old))
    for (const column of [variations.realized, variations.funding])
      column.watch((row, old) => this.addBasis(row, old - column.get(row)))
  }

  /** What is held at and beneath a party, by instrument in order of ids; what is flat is left out. */
  of(party: Row): InstrumentSum[] {
    const { sums, market } = this
    const all: InstrumentSum[] = []
    for (let place = sums.first(party); place !== NO_PLACE; place = sums.after(place)) {
      const [long, longCost, short, shortCost] = [LONG, LONG_COST, SHORT, SHORT_COST].map((figure) =>
        sums.get(figure, place),
      ) as [bigint, bigint, bigint, bigint]
      if (long === 0n && short === 0n && longCost === 0n && shortCost === 0n) continue
      all.push({
        instrument: market.instruments.id(sums.codeAt(place)),
        long: quantity(long),
        longCost: amount(longCost),
        short: quantity(short),
        shortCost: amount(shortCost),
      })
    }
    return all.sort((left, right) => left.instrument - right.instrument)
  }

  /**
   * What it is all worth at the valuation prices of this moment, by currency in alphabetical order. A currency in which
   * nothing is left is not in it: that there was something once is not seen after a start.
   */
  value(party: Row): PositionsValue[] {
    const { sums, worths } = this
    // One tally a currency, by the number that the worths give it.
    const tallies: (Tally | undefined)[] = []
    for (let place = sums.first(party); place !== NO_PLACE; place = sums.after(place)) {
      if (HELD.every((figure) => sums.small(figure, place) === 0)) continue
      const instrument = sums.codeAt(place)
      const number = worths.currencyNumber(instrument)
      let tally = tallies[number]
      if (tally === undefined) {
        tally = new Tally(worths.currencyOf(instrument))
        tallies[number] = tally
      }
      this.tell(tally, instrument, place)
    }
    return tallies
      .flatMap((tally) => (tally === undefined ? [] : [tally.told()]))
      .sort((left, right) => (left.currency < right.currency ? -1 : 1))
  }

  *canonical(): Iterable<Plain> {
    const { parties } = this.hierarchy
    for (const id of parties.idsInOrder()) {
      const sums = this.of(parties.row(id))
      yield [id, ...sums.map(({ instrument, ...figures }) => [instrument, ...Object.values(figures)])]
      yield this.value(parties.row(id)).map((each) => Object.values(each))
    }
  }

  private tell(tally: Tally, instrument: Row, place: SumPlace): void {
    const { sums, worths } = this
    if (hasSessions(this.market.instruments.kind.get(instrument))) {
      this.tellVariation(tally, instrument, place)
      return
    }
    const worth = worths.of(instrument)
    const long = sums.small(LONG, place)
    const short = sums.small(SHORT, place)
    if (long === 0 && short === 0) return
    // Products of whole numbers below 2^53 are exact; NaN compares as neither.
    if (Math.abs(long * worth) < 2 ** 53 && Math.abs(short * worth) < 2 ** 53) {
      tally.add(long * worth, -short * worth)
      return
    }
    const exactLong = worths.worthOf(instrument, sums.get(LONG, place))
    const exactShort = worths.worthOf(instrument, sums.get(SHORT, place))
    if (exactLong === null || exactShort === null) tally.unpriced += 1
    else tally.addExact(exactLong, -exactShort)
  }

  private tellVariation(tally: Tally, instrument: Row, place: SumPlace): void {
    const { sums, worths } = this
    const [long, short] = [sums.get(LONG, place), sums.get(SHORT, place)]
    const worth = worths.worthOf(instrument, long - short)
    if (worth === null) {
      if (long !== 0n || short !== 0n) tally.unpriced += 1
      return
    }
    const gained = worth - sums.get(BASIS, place)
    tally.addExact(gained > 0n ? gained : 0n, gained < 0n ? gained : 0n)
  }

  private enter(position: Row): void {
    const { hierarchy, trading, market } = this
    if (position >= this.placeOfPosition.length)
      this.placeOfPosition = widened(this.placeOfPosition, roomFor(position + 1, this.placeOfPosition.length))
    const account = hierarchy.accounts.row(trading.positions.account.get(position))
    const instrument = market.instruments.row(trading.positions.instrument.get(position))
    this.placeOfPosition[position] = isOutside(hierarchy, account)
      ? NO_PLACE
      : this.sums.place(hierarchy.partyOf(account), instrument)
    this.count(position, trading.positions.quantity.get(position), trading.positions.cost.get(position), 1n)
  }

  private count(position: Row, held: Quantity, cost: Amount, sign: 1n | -1n): void {
    const place = this.placeOfPosition[position] as SumPlace
    if (place === NO_PLACE) return
    this.sums.add(place, held < 0n ? SHORT : LONG, sign * (held < 0n ? -held : held))
    this.addCost(position, held, sign * cost)
  }

  private basisOf(variation: Row): bigint {
    const { basis, realized, funding } = this.trading.variations
    return basis.get(variation) - realized.get(variation) - funding.get(variation)
  }

  private addBasis(variation: Row, change: bigint): void {
    const { positions, variations } = this.trading
    const place = this.placeOfPosition[positions.row(variations.id(variation))] as SumPlace
    if (place !== NO_PLACE) this.sums.add(place, BASIS, change)
  }

  private addCost(position: Row, held: Quantity, change: bigint): void {
    const place = this.placeOfPosition[position] as SumPlace
    if (place !== NO_PLACE) this.sums.add(place, held < 0n ? SHORT_COST : LONG_COST, change)
  }
}
