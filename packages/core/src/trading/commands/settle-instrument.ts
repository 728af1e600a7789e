/** `instruments.settle`: an instrument has its final price. Trading in it ends, and every position is paid out. */
import { command } from '../../image/index.js'
import { type InstrumentId, instrumentRow } from '../../market/index.js'
import { formatPrice, ONE, PRICE_MAX, type Price } from '../../money/index.js'
import { refuse } from '../../refusals/index.js'
import { changeState } from '../instrument-life.js'
import { leavesPositions } from '../kinds/kind-rules.js'
import { fixSettlement, startSettlement } from '../settling.js'
import type { TradingContext } from '../trading.js'

export type SettleInstrument = { readonly instrument: InstrumentId; readonly price: Price }

export const settleInstrument = command({
  name: 'instruments.settle',
  scope: 'instruments:write',
  needs: () => [],
  approval: ({ hierarchy }: TradingContext) => ({
    kind: 'corrections',
    party: hierarchy.parties.id(hierarchy.root),
  }),
  decide(context, { instrument, price }: SettleInstrument) {
    const { market } = context
    const { instruments } = market
    const row = instrumentRow(market, instrument)
    if (instruments.settledAt.get(row) !== null)
      refuse('transition_invalid', 'the instrument was settled before')
    if (
      ['pending', 'terminated'].includes(instruments.state.get(row)) ||
      instruments.stateAfter.get(row) !== null
    )
      refuse('transition_invalid', `the instrument is ${instruments.state.get(row)}`)
    if (!leavesPositions(instruments.kind.get(row)))
      refuse('transition_invalid', 'a currency pair has nothing to settle')
    checkSettlement(context, row, price)
    fixSettlement(context, row, price)
    if (instruments.state.get(row) !== 'expired') changeState(context, row, 'expired')
    const process = startSettlement(context, row, price)
    return { instrument, process }
  },
})

/**
 * A final price need not be on a tick; an event contract's lies between nothing and all of its payout. Of an option it is
 * the price of what it follows. What is worth quantity / price cannot be settled at nothing.
 */
function checkSettlement({ market }: TradingContext, row: number, price: Price): void {
  const least = market.instruments.derivative.get(row)?.style === 'inverse' ? 1n : 0n
  const most = market.instruments.kind.get(row) === 'event_contract' ? ONE : PRICE_MAX
  if (price < least || price > most)
    refuse(
      'malformed',
      `expected a settlement price ${least > 0n ? 'above' : 'from'} 0 to ${formatPrice(most as Price)}`,
      {
        field: '/price',
      },
    )
}
