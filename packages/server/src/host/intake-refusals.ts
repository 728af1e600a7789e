/** Why the host takes no work. */
import type { Refusal } from '@stemma/core'

export const OVERLOADED: Refusal = {
  code: 'overloaded',
  detail: 'the server takes no more work at the moment; try again shortly',
}
export const STOPPED: Refusal = { code: 'not_writer', detail: 'the server is stopping' }
export const STANDS_BY: Refusal = { code: 'not_writer', detail: 'the server stands by' }
