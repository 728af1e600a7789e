/** Changes what a store keeps in its tables behind its back, as somebody does who has the file. */
import Database from 'better-sqlite3'
import { filesOf } from '../sqlite/files.js'

export function changeTables(dataDirectory: string, statement: string): number {
  const database = new Database(filesOf(dataDirectory).tables)
  try {
    return database.prepare(statement).run().changes
  } finally {
    database.close()
  }
}
