/** What the remote commands need of a server; the typed client gives it. */
export interface CallOptions {
  readonly dryRun: boolean
  readonly idempotencyKey?: string
  /** The version that is changed, for operations that compare it. */
  readonly ifMatch?: number
}

export type Input = Readonly<Record<string, unknown>>

export interface Api {
  /** The answer on the wire. Throws an Ending for a refusal and where nobody answers. */
  call(operation: string, input: Input, options: CallOptions): Promise<unknown>
  /** What a stream tells, live, until the signal is raised or the server closes it. */
  follow(path: string, query: Readonly<Record<string, string>>, signal: AbortSignal): AsyncIterable<unknown>
}
