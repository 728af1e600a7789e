/** What a command gets from the process around it, so that it can be run from a test without one. */
import type { Connection } from './connection.js'
import type { Api } from './remote/api.js'

export interface Shell {
  readonly env: NodeJS.ProcessEnv
  /** Raised when the person wants it to end; from the first call on, signals no longer end the process. */
  interruption(): AbortSignal
  out(text: string): void
  /** Remarks that are no part of the answer. */
  note(text: string): void
  connect(connection: Connection): Api
}
