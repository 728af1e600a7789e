/**
 * Time of the processor that several processes took together, by what Linux counts for each. On a machine that others use
 * too it compares sides better than their rates do: a side of many processes is given more of a busy machine.
 */
import { readdirSync, readFileSync } from 'node:fs'
import type { TestDatabase } from '@stemma/store'

/** Fields of `/proc/PID/stat` behind the name: the parent, and hundredths of a second in the process and in the system. */
const [PARENT, USER, SYSTEM] = [1, 11, 12]
const MICROSECONDS_A_TICK = 10_000

function fieldsOf(pid: number | string): number[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number)
  } catch {
    // It has ended meanwhile.
    return null
  }
}

const microsecondsIn = (fields: readonly number[]): number =>
  ((fields[USER] ?? 0) + (fields[SYSTEM] ?? 0)) * MICROSECONDS_A_TICK

/** Microseconds that a process has taken so far. */
export const microsecondsOf = (pid: number): number => microsecondsIn(fieldsOf(pid) ?? [])

/** All processes of the PostgreSQL that has a database, or null where it is elsewhere or this is not Linux. */
export async function postgresProcessor(database: TestDatabase): Promise<(() => number) | null> {
  const [row] = await database.query<{ pid: number; address: string | null }>(
    'SELECT pid, host(inet_server_addr()) AS address FROM pg_stat_activity WHERE backend_type = $1',
    ['checkpointer'],
  )
  const parent = row?.address === '127.0.0.1' ? fieldsOf(row.pid)?.[PARENT] : undefined
  if (parent === undefined) return null
  return () =>
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => fieldsOf(pid))
      .reduce((sum, fields) => sum + (fields?.[PARENT] === parent ? microsecondsIn(fields) : 0), 0)
}
