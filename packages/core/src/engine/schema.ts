/** What a store keeps of a book: the primary tables of the image, and the history tables of the rooms. */
import { ACCESS_LOG } from '../access/index.js'
import { Engine } from '../engine.js'
import { type ColumnKind, type ColumnMeaning, EVENTS, type HistoryTable, type Plain } from '../image/index.js'
import { LEDGER_HISTORY } from '../ledger/index.js'
import { MARGIN_HISTORY } from '../margin/index.js'
import { MARKET_HISTORY } from '../market/index.js'
import { TRADING_HISTORY } from '../trading/index.js'

export interface BookSchema {
  readonly tables: readonly {
    readonly name: string
    readonly columns: readonly {
      readonly name: string
      readonly kind: ColumnKind
      readonly meaning: ColumnMeaning
      readonly absent: Plain | undefined
    }[]
  }[]
  readonly history: readonly HistoryTable[]
}

export const HISTORY: readonly HistoryTable[] = [
  EVENTS,
  ACCESS_LOG,
  ...LEDGER_HISTORY,
  ...MARKET_HISTORY,
  ...TRADING_HISTORY,
  ...MARGIN_HISTORY,
]

export const BOOK_SCHEMA: BookSchema = {
  tables: new Engine().image.primaryTables().map(({ tableName, columns }) => ({
    name: tableName,
    columns: columns.map(({ name, kind, meaning, absent }) => ({ name, kind, meaning, absent })),
  })),
  history: HISTORY,
}
