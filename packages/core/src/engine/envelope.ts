/** What goes through the engine's one door, and what comes back. */
import type { Actor, Event, Instant, Plain } from '../image/index.js'
import type { Refusal } from '../refusals/index.js'

/** A command on its way in. */
export interface Envelope {
  readonly command: string
  readonly input: Plain
  readonly actor: Actor
  readonly time: Instant
  /** Idempotency key with the hash of the body that it came with. */
  readonly key?: { readonly key: string; readonly bodyHash: string }
  readonly reason?: string
  readonly request?: string
}

export type Outcome =
  | {
      readonly kind: 'done'
      readonly sequence: number
      readonly result: Plain
      readonly events: readonly Event[]
    }
  /** The key was used before with the same body: the stored result of that sequence is the answer. */
  | { readonly kind: 'repeated'; readonly sequence: number }
  | { readonly kind: 'refused'; readonly refusal: Refusal }

export const refused = (code: Refusal['code'], detail: string): Outcome => ({
  kind: 'refused',
  refusal: { code, detail },
})
