/** The strict reader of JSON, its faults in the words of this surface. */
import { refuse } from '@stemma/core'
import { readJson } from '../../http/json.js'

export function parseStrictJson(body: Uint8Array): unknown {
  const read = readJson(body)
  return 'fault' in read ? refuse('malformed', read.detail, { field: '/' }) : read.value
}
