/** What a request may take in a record: measured before it joins a batch, so that the batch is closed in time. */
import type { Refusal } from '@stemma/core'
import { recordBytesMax } from '@stemma/store'
import type { Request } from '../services.js'

/** A word of the request may stand in a row, in an event, and in a result. */
export const COPIES_MAX = 4

export const NOT_ENCODABLE: Refusal = {
  code: 'malformed',
  detail: 'the request holds a value or a text that cannot be kept, such as half a character',
}

/** How large the request may become in a record; null for what cannot be kept there and so must not join a batch. */
export function encodedBytes({ input, reason, request, key }: Request): number | null {
  try {
    return (
      recordBytesMax(input) +
      recordBytesMax(reason ?? null) +
      recordBytesMax(request ?? null) +
      recordBytesMax(key?.key ?? null)
    )
  } catch {
    return null
  }
}
