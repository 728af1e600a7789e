/** Files of SQLite that only their owner reads, whatever the umask. */
import { chmodSync, closeSync, openSync, statSync } from 'node:fs'
import Database from 'better-sqlite3'

const OTHERS = 0o077

/**
 * SQLite makes files as the umask allows, and those beside one (`-wal`, `-shm`) with its mode. So the file is made
 * first, and what an earlier version or a copy left readable to others is closed to them.
 */
export function openPrivate(path: string, options: Database.Options = {}): Database.Database {
  closeSync(openSync(path, 'a', 0o600))
  for (const file of [path, `${path}-wal`, `${path}-shm`]) {
    const mode = statSync(file, { throwIfNoEntry: false })?.mode ?? 0
    if ((mode & OTHERS) !== 0) chmodSync(file, 0o600)
  }
  return new Database(path, options)
}
