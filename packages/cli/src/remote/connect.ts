/** The typed client as the remote commands use it: answers as they are, refusals and silence as endings. */
import { OPERATIONS } from '@stemma/client'
import type { Connection } from '../connection.js'
import { Ending, EXIT } from '../exit.js'
import type { Api } from './api.js'

export function connect(_connection: Connection): Api {
  throw new Ending(EXIT.unreachable, `not yet ${OPERATIONS.length}`)
}
