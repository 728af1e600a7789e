/**
 * Per node, currency and margin model, the sums of the portfolios beneath: requirement, excess and deficit as they were
 * last reckoned, and how old the oldest of these figures is. What lies beneath is summed, never netted. The parts of a
 * group's portfolio are counted with the group. Derived from the portfolios by row-change hooks.
 */
import { type GroupId, type Hierarchy, NO_PLACE, NodeSums, type SumPlace } from '../hierarchy/index.js'
import { type Derived, NO_ROW, type Plain, type Row, roomFor, widened } from '../image/index.js'
import { MARGIN_MODELS, type MarginModel, type Portfolios } from '../margin/index.js'
import { type Amount, amount, type CurrencyCode } from '../money/index.js'
import { OldestFigures } from './oldest-figures.js'

export interface MarginSum {
  readonly currency: CurrencyCode
  readonly model: MarginModel
  readonly portfolios: number
  readonly requirement: Amount
  readonly excess: Amount
  readonly deficit: Amount
  /** The sequence at which the oldest of these figures was reckoned. */
  readonly oldest: number
}

const COUNT = 0
const REQUIREMENT = 1
const EXCESS = 2
const DEFICIT = 3

export class MarginSums implements Derived {
  readonly name = 'roll-ups of margin'
  private readonly sums: NodeSums
  private readonly oldest: OldestFigures
  private readonly currencies: CurrencyCode[] = []
  private placeOfPortfolio = new Int32Array(0)

  constructor(
    private readonly hierarchy: Hierarchy,
    private readonly portfolios: Portfolios,
  ) {
    const { table } = portfolios
    this.oldest = new OldestFigures(() => this.sums)
    this.sums = new NodeSums(hierarchy, 4, { hook: this.oldest })
    table.hooks.push({ inserted: (row) => this.enter(row), removing: (row) => this.leave(row) })
    const watched = [
      [REQUIREMENT, table.requirement],
      [EXCESS, table.excess],
      [DEFICIT, table.deficit],
    ] as const
    for (const [figure, column] of watched)
      column.watch((row, old) => {
        const place = this.placeOfPortfolio[row] as SumPlace
        if (place !== NO_PLACE) this.sums.add(place, figure, column.get(row) - old)
      })
    table.sequence.watch((row) => {
      const place = this.placeOfPortfolio[row] as SumPlace
      if (place !== NO_PLACE) this.oldest.enter(place, row, table.sequence.get(row))
    })
  }

  /** The sums of a party and everything beneath it, in order of currency and model. */
  of(party: Row): MarginSum[] {
    const { sums } = this
    const all: MarginSum[] = []
    for (let place = sums.first(party); place !== NO_PLACE; place = sums.after(place)) {
      const portfolios = sums.small(COUNT, place)
      if (portfolios === 0) continue
      const code = sums.codeAt(place)
      all.push({
        currency: this.currencies[Math.floor(code / MARGIN_MODELS.length)] as CurrencyCode,
        model: MARGIN_MODELS[code % MARGIN_MODELS.length] as MarginModel,
        portfolios,
        requirement: amount(sums.get(REQUIREMENT, place)),
        excess: amount(sums.get(EXCESS, place)),
        deficit: amount(sums.get(DEFICIT, place)),
        oldest: this.oldest.at(place),
      })
    }
    return all.sort((left, right) =>
      left.currency !== right.currency
        ? left.currency < right.currency
          ? -1
          : 1
        : left.model < right.model
          ? -1
          : 1,
    )
  }

  *canonical(): Iterable<Plain> {
    const { parties } = this.hierarchy
    for (const id of parties.idsInOrder())
      yield [id, ...this.of(parties.row(id)).map((sum) => Object.values(sum) as Plain[])]
  }

  private enter(row: Row): void {
    if (row >= this.placeOfPortfolio.length)
      this.placeOfPortfolio = widened(this.placeOfPortfolio, roomFor(row + 1, this.placeOfPortfolio.length))
    const { table } = this.portfolios
    const place = table.partOf.get(row) === null ? this.placeOf(row) : NO_PLACE
    this.placeOfPortfolio[row] = place
    if (place === NO_PLACE) return
    this.count(row, place, 1n)
    this.oldest.enter(place, row, table.sequence.get(row))
  }

  private leave(row: Row): void {
    const place = this.placeOfPortfolio[row] as SumPlace
    if (place === NO_PLACE) return
    this.count(row, place, -1n)
    this.oldest.leave(place, row)
  }

  private count(row: Row, place: SumPlace, sign: 1n | -1n): void {
    const { table } = this.portfolios
    this.sums.add(place, COUNT, sign)
    this.sums.add(place, REQUIREMENT, sign * table.requirement.get(row))
    this.sums.add(place, EXCESS, sign * table.excess.get(row))
    this.sums.add(place, DEFICIT, sign * table.deficit.get(row))
  }

  private placeOf(row: Row): SumPlace {
    const { table } = this.portfolios
    const currency = table.currency.get(row)
    const known = this.currencies.indexOf(currency)
    const number = known >= 0 ? known : this.currencies.push(currency) - 1
    const code = number * MARGIN_MODELS.length + MARGIN_MODELS.indexOf(table.model.get(row))
    return this.sums.place(this.partyOf(row), code)
  }

  /** The party that the portfolio's account or group belongs to. */
  private partyOf(row: Row): Row {
    const { accounts, groups, parties } = this.hierarchy
    const entity = this.portfolios.table.entity.get(row)
    const account = accounts.find(entity as never)
    if (account !== NO_ROW) return this.hierarchy.partyOf(account)
    return parties.row(groups.party.get(groups.row(entity as GroupId)))
  }
}
