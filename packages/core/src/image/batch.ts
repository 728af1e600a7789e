/**
 * The batch: what the engine hands to a store to be made durable in one write. It is the whole truth of the
 * commands in it: events, after-images of primary rows, and the results that repeats are answered with.
 */
import type { Plain } from './column.js'
import type { Event } from './event.js'
import type { Id } from './ids.js'
import type { Head, TableImages } from './image.js'
import type { Instant } from './instant.js'

/** A command that carried an idempotency key: what a repeat is recognised by. */
export interface UsedKey {
  readonly sequence: number
  readonly at: Instant
  /** The key's owner: the acting user or, without one, the credential. */
  readonly owner: Id
  readonly operation: string
  readonly key: string
  /** Hash of the body that the key was first used with. */
  readonly bodyHash: string
}

/** The same with what the command answered, so that a repeat gets that again. */
export interface KeyedResult extends UsedKey {
  readonly result: Plain
}

export interface Batch {
  readonly firstSequence: number
  /** Where the image stands after the batch; its sequence is the last of the batch. */
  readonly head: Head
  readonly events: readonly Event[]
  readonly images: readonly TableImages[]
  readonly results: readonly KeyedResult[]
}
