/** `instruments.set_state`: an instrument opens, pauses, closes, expires or is taken off. */
import { checkVersion, nextVersion } from '../../hierarchy/index.js'
import { command } from '../../image/index.js'
import { type InstrumentId, type InstrumentState, instrumentRow } from '../../market/index.js'
import { NONE } from '../../money/index.js'
import { refuse } from '../../refusals/index.js'
import { changeState, TRANSITIONS } from '../instrument-life.js'
import type { TradingContext } from '../trading.js'

export type SetInstrumentState = {
  readonly instrument: InstrumentId
  readonly state: InstrumentState
  readonly version: number | null
}

export const setInstrumentState = command({
  name: 'instruments.set_state',
  scope: 'instruments:write',
  needs: () => [],
  decide(context: TradingContext, { instrument, state, version }: SetInstrumentState) {
    const { market } = context
    const row = instrumentRow(market, instrument)
    checkVersion(market.instruments, row, version)
    const from = market.state(row)
    if (market.instruments.stateAfter.get(row) !== null)
      refuse('transition_invalid', 'the instrument is trading its auction')
    if (!TRANSITIONS[from].includes(state))
      refuse(
        'transition_invalid',
        `expected one of ${TRANSITIONS[from].join(', ') || 'no state'} after ${from}, was ${state}`,
      )
    if (state === 'terminated') checkEmpty(context, instrument)
    nextVersion(market.instruments, row)
    changeState(context, row, state)
    return { instrument, state: market.state(row), version: market.instruments.version.get(row) }
  },
})

/** What is taken off has been settled: nobody holds any of it, as every short has somebody who is long. */
function checkEmpty({ trading }: TradingContext, instrument: InstrumentId): void {
  if (trading.openInterest.of(instrument) !== NONE)
    refuse('not_empty', 'expected no position in the instrument', { data: { precondition: 'no_position' } })
}
