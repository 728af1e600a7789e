/** What the name of a group of quotes looks like: case counts. */
import { refuse } from '../../refusals/index.js'
import { QUOTE_GROUP_LENGTH_MAX } from './fields.js'

const PRINTABLE_ASCII = /^[\x20-\x7e]+$/

export function checkGroupName(group: string): void {
  if (group.length > QUOTE_GROUP_LENGTH_MAX || !PRINTABLE_ASCII.test(group))
    refuse('malformed', `expected 1 to ${QUOTE_GROUP_LENGTH_MAX} printable characters`, { field: '/group' })
}
