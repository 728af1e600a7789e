/** What a query is asked: the decoded input, with the cursor as the place that the engine gave. */
import type { Call, Input } from './call.js'
import { decodeCursor } from './cursor.js'

export function queryInput({ input }: Pick<Call, 'input'>): Input {
  if (!('cursor' in input)) return input
  const { cursor, ...rest } = input
  return { ...rest, after: typeof cursor === 'string' ? decodeCursor(cursor) : null }
}
