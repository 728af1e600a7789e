/** What is due by itself: the next step of restating portfolios. */
import type { Id } from '../image/index.js'
import type { MarginContext } from './margin.js'
import { revalue } from './revaluing.js'

export const MARGIN_DUE_WORK: readonly (readonly [string, (context: MarginContext, id: Id) => void])[] = [
  ['revaluations', revalue],
]
