/** `nodes.positions`: what a party and everything beneath it holds, by instrument, long and short apart. */
import { PAGE_MAX, type PartyId } from '../../hierarchy/index.js'
import { type Need, query } from '../../image/index.js'
import { hasSessions, type InstrumentId, type Market } from '../../market/index.js'
import { type Amount, amount, type CurrencyCode, type Price, type Quantity } from '../../money/index.js'
import { refuse } from '../../refusals/index.js'
import type { InstrumentSum } from '../instrument-sums.js'
import type { RollUpContext } from '../rollup.js'

export interface NodePositions {
  readonly party: PartyId
  readonly after: InstrumentId | null
  readonly limit: number
}

export interface NodePosition extends InstrumentSum {
  readonly symbol: string
  readonly currency: CurrencyCode
  readonly quantityScale: number
  /** What it is valued at; null where no price is known. */
  readonly price: Price | null
  /** Of the longs less the shorts. */
  readonly value: Amount | null
}

export const nodePositions = query({
  name: 'nodes.positions',
  scope: 'positions:read',
  needs: (_context: RollUpContext, { party }: NodePositions): readonly Need[] => [
    { ability: 'read', target: { party } },
  ],
  read(
    { hierarchy, rollup, market },
    { party, after, limit }: NodePositions,
  ): { readonly items: readonly NodePosition[]; readonly next: InstrumentId | null } {
    if (!Number.isInteger(limit) || limit < 1 || limit > PAGE_MAX)
      refuse('malformed', `expected a limit of 1 to ${PAGE_MAX}`, { field: '/limit' })
    const all = rollup.instruments
      .of(hierarchy.parties.row(party))
      .filter(({ instrument, long, short }) => (long !== 0n || short !== 0n) && instrument > (after ?? 0))
    const items = all.slice(0, limit).map((sum) => shown(market, sum))
    return { items, next: all.length > limit ? (items.at(-1)?.instrument ?? null) : null }
  },
})

/** Of a future or perpetual its value is what it has gained or lost since it was opened. */
function shown(market: Market, sum: InstrumentSum): NodePosition {
  const { instruments } = market
  const row = instruments.row(sum.instrument)
  const price = market.valuationPrice(row)
  const worth = (held: Quantity): bigint => (price === null ? 0n : market.termsOf(row).worth(price, held))
  const paid = hasSessions(instruments.kind.get(row)) ? sum.longCost + sum.shortCost : 0n
  return {
    ...sum,
    symbol: instruments.symbol.get(row),
    currency: instruments.currency.get(row),
    quantityScale: instruments.quantityScale.get(row),
    price,
    value: price === null ? null : amount(worth(sum.long) - worth(sum.short) - paid),
  }
}
