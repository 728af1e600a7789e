/** What the id of a connection looks like. */
import { refuse } from '../../refusals/index.js'
import { CONNECTION_LENGTH_MAX } from './fields.js'

const VISIBLE_ASCII = /^[\x21-\x7e]+$/

export function checkConnection(connection: string | null): void {
  if (connection !== null && (connection.length > CONNECTION_LENGTH_MAX || !VISIBLE_ASCII.test(connection)))
    refuse('malformed', `expected 1 to ${CONNECTION_LENGTH_MAX} visible characters`, { field: '/connection' })
}
