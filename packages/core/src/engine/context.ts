/** What every command and query of the product sees: all rooms, and the moment. */
import type { LedgerContext } from '../ledger/index.js'
import type { RollUp } from '../rollup/index.js'

export interface EngineContext extends LedgerContext {
  readonly rollup: RollUp
}
