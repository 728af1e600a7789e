/**
 * `nodes.summary`: the sums of a party and everything beneath it, read and not computed. Its value is exact at the
 * sequence of the answer; its margin is the sum of what the portfolios came to last, and says how old the oldest is.
 */
import type { PartyId } from '../../hierarchy/index.js'
import { type Need, query, type Row } from '../../image/index.js'
import { type Amount, add, type CurrencyCode, ZERO } from '../../money/index.js'
import type { CashSums, RollUp, RollUpContext } from '../rollup.js'

export interface CurrencySums extends CashSums {
  readonly net: Amount
  /** What is held, at the valuation prices of this moment; the shorts below zero. */
  readonly positionsLong: Amount
  readonly positionsShort: Amount
  /** Instruments that are held and have no price: they are not in the value. */
  readonly unpriced: number
  /** Money and positions together. */
  readonly value: Amount
}

export const summarizeNode = query({
  name: 'nodes.summary',
  scope: 'balances:read',
  needs: (_context: RollUpContext, { party }: { readonly party: PartyId }): readonly Need[] => [
    { ability: 'read', target: { party } },
  ],
  read({ hierarchy, rollup, image }, { party }) {
    const row = hierarchy.parties.row(party)
    return {
      party,
      sequence: image.head.sequence,
      parties: rollup.counts.parties(row),
      accounts: rollup.counts.accounts(row),
      currencies: currencySums(rollup, row),
      margin: rollup.margin.of(row),
    }
  },
})

/** Every currency that there is money or a position in, in alphabetical order. */
function currencySums(rollup: RollUp, party: Row): CurrencySums[] {
  const all = new Map<CurrencyCode, CurrencySums>()
  const none = { positionsLong: ZERO, positionsShort: ZERO, unpriced: 0 }
  for (const cash of rollup.of(party)) {
    const net = add(cash.positive, cash.negative)
    all.set(cash.currency, { ...cash, net, ...none, value: net })
  }
  for (const { currency, long, short, unpriced } of rollup.instruments.value(party)) {
    const cash = all.get(currency) ?? { currency, positive: ZERO, negative: ZERO, held: ZERO, net: ZERO }
    const worth = { positionsLong: long, positionsShort: short, unpriced }
    all.set(currency, { ...cash, ...worth, value: add(cash.net, add(long, short)) })
  }
  return [...all.values()].sort((left, right) => (left.currency < right.currency ? -1 : 1))
}
