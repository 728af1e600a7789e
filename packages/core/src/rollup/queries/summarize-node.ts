/**
 * `nodes.summary`: the sums of a party and everything beneath it, read and not computed. Its value is exact at the
 * sequence of the answer; its margin is the sum of what the portfolios came to last, and says how old the oldest is.
 */
import type { PartyId } from '../../hierarchy/index.js'
import { type Need, query, type Row } from '../../image/index.js'
import { type Amount, add, type CurrencyCode, ZERO } from '../../money/index.js'
import type { PositionsValue } from '../instrument-sums.js'
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

/** Every currency that there is money or a position in, in alphabetical order; both lists are in it already. */
function currencySums(rollup: RollUp, party: Row): CurrencySums[] {
  const [cash, held] = [rollup.of(party), rollup.instruments.value(party)]
  const all: CurrencySums[] = []
  for (let own = 0, other = 0; own < cash.length || other < held.length; ) {
    const [money, worth] = [cash[own], held[other]]
    const isMoney = money !== undefined && (worth === undefined || money.currency <= worth.currency)
    const isWorth = worth !== undefined && (money === undefined || worth.currency <= money.currency)
    all.push(together(isMoney ? money : null, isWorth ? worth : null))
    if (isMoney) own += 1
    if (isWorth) other += 1
  }
  return all
}

function together(cash: CashSums | null, held: PositionsValue | null): CurrencySums {
  const [positive, negative] = [cash?.positive ?? ZERO, cash?.negative ?? ZERO]
  const [positionsLong, positionsShort] = [held?.long ?? ZERO, held?.short ?? ZERO]
  const net = add(positive, negative)
  return {
    currency: (cash ?? held)?.currency as CurrencyCode,
    positive,
    negative,
    held: cash?.held ?? ZERO,
    net,
    positionsLong,
    positionsShort,
    unpriced: held?.unpriced ?? 0,
    value: add(net, add(positionsLong, positionsShort)),
  }
}
