/** Every history of this surface, by the operation that reads it. */
import { BOOK_HISTORIES, type History } from './history.js'
import { TRADING_HISTORIES } from './trading/history.js'

export const HISTORIES: ReadonlyMap<string, History> = new Map([...BOOK_HISTORIES, ...TRADING_HISTORIES])
