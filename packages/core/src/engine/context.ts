/** What every command and query of the product sees: all rooms, and the moment. */
import type { RollUpContext } from '../rollup/index.js'

export interface EngineContext extends RollUpContext {}
