/** What the remote commands need of a server; the typed client gives it. */
export interface CallOptions {
  readonly dryRun: boolean
  readonly idempotencyKey?: string
  /** The version that is changed, for operations that compare it. */
  readonly ifMatch?: number
}

export interface EventFilter {
  readonly under: string
  readonly kinds: readonly string[]
  /** `sequence.index` of the last event that was seen; null: from now on. */
  readonly after: string | null
}

export type Input = Readonly<Record<string, unknown>>

export interface Api {
  /** The answer on the wire. Throws an Ending for a refusal and where nobody answers. */
  call(operation: string, input: Input, options: CallOptions): Promise<unknown>
  /** Live events until the signal is raised or the server closes the stream. */
  follow(filter: EventFilter, signal: AbortSignal): AsyncIterable<unknown>
}
