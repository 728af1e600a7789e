/** `trades.bust` and `trades.correct`: a trade is taken back, or booked again at the price that it should have had. */
import { NOWHERE } from '../../access/index.js'
import { command, type Need } from '../../image/index.js'
import { instrumentRow } from '../../market/index.js'
import { formatPrice, type Price } from '../../money/index.js'
import { refuse } from '../../refusals/index.js'
import { bookCorrection, checkNotCorrected, type Traded } from '../correcting.js'
import { followUp } from '../entering.js'
import type { TradeId } from '../fields.js'
import { TradingSession } from '../session.js'
import type { TradingContext } from '../trading.js'

export type BustTrade = {
  readonly trade: TradeId
  /** As history has it; absent where it has no such trade. */
  readonly traded?: Traded
}

export type CorrectTrade = BustTrade & { readonly price: Price }

const needsOf = (_context: TradingContext, { traded }: BustTrade): readonly Need[] =>
  traded === undefined
    ? [{ ability: 'administer', target: NOWHERE }]
    : [traded.buyer, traded.seller].map(({ account }) => ({ ability: 'administer', target: { account } }))

const approvalOf = ({ hierarchy }: TradingContext) =>
  ({ kind: 'corrections', party: hierarchy.parties.id(hierarchy.root) }) as const

export const bustTrade = command({
  name: 'trades.bust',
  scope: 'corrections:write',
  needs: needsOf,
  approval: approvalOf,
  decide(context, { trade, traded }: BustTrade) {
    const known = begin(context, trade, traded)
    bookCorrection(context, known, 'busted', { sign: -1, trade, withFees: true })
    settleConsequences(context, known)
    return { trade }
  },
})

export const correctTrade = command({
  name: 'trades.correct',
  scope: 'corrections:write',
  needs: needsOf,
  approval: approvalOf,
  decide(context, { trade, traded, price }: CorrectTrade) {
    const { market, image } = context
    const known = begin(context, trade, traded)
    const terms = market.termsOf(market.instruments.row(known.instrument))
    if (price < 0n || !terms.isOnTick(price) || price === known.price)
      refuse('malformed', `expected another price on a tick of ${formatPrice(terms.tick)}`, {
        field: '/price',
      })
    const corrected = image.newId<TradeId>()
    // The fees were charged for the trade and stay with it.
    bookCorrection(context, known, 'corrected', { sign: -1, trade: corrected, withFees: false })
    bookCorrection(context, { ...known, price }, 'corrected', { sign: 1, trade: corrected, withFees: false })
    settleConsequences(context, known)
    return { trade: corrected }
  },
})

function begin(context: TradingContext, trade: TradeId, traded: Traded | undefined): Traded {
  const { trading, market, now } = context
  if (traded === undefined) refuse('not_visible', 'there is no such thing within reach')
  checkNotCorrected(context, trade)
  const row = instrumentRow(market, traded.instrument)
  if (market.instruments.settledAt.get(row) !== null)
    refuse('not_reversible', 'the instrument was settled, and its trades with it')
  trading.corrections.insert(trade, { correctedAt: now })
  return traded
}

/** What was taken back may have paid for open orders. */
function settleConsequences(context: TradingContext, traded: Traded): void {
  const session = new TradingSession()
  session.accounts.add(traded.buyer.account).add(traded.seller.account)
  followUp(context, session)
}
