/** What every command and query of the product sees: all rooms, and the moment. */
import type { AnnouncementsContext } from '../announcements/index.js'
import type { RollUpContext } from '../rollup/index.js'

export interface EngineContext extends RollUpContext, AnnouncementsContext {}
