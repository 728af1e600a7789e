/**
 * The shelf of keys: the wrapped key of each party, beside the journal and never in it. A journal and its backups keep
 * for ever what was once written; a key that is dropped here is gone, and with it all that was sealed with it.
 */

export interface WrappedKey {
  /** What the book calls it. */
  readonly name: string
  /** Encrypted under the master key, which is not kept here. */
  readonly wrappedKey: string
}

/** One writer at a time has it open, as the journal; who reads beside sees what is kept. */
export interface KeyShelf {
  /** Null where it was dropped, or never kept. */
  find(name: string): Promise<string | null>
  /** Resolves when they are durable. One that is there already stays as it is. */
  keep(keys: readonly WrappedKey[]): Promise<void>
  /** Resolves when nothing of it is left. Dropping what is not there is nothing. */
  drop(name: string): Promise<void>
  /** In the order of names. */
  all(): Promise<readonly WrappedKey[]>
  close(): Promise<void>
}
