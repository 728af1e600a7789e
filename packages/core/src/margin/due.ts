/** What is due by itself: the next step of restating portfolios, and what follows from a lock. */
import type { Id } from '../image/index.js'
import { stepLockout } from './limits/index.js'
import type { MarginContext } from './margin.js'
import { revalue } from './revaluing.js'
import { stepLiquidation } from './standard/liquidation.js'

export const MARGIN_DUE_WORK: readonly (readonly [string, (context: MarginContext, id: Id) => void])[] = [
  ['revaluations', revalue],
  ['loss_lockouts', stepLockout],
  ['liquidations', stepLiquidation],
]
