/** What each file of benchmarks exports, and what it is told. */
export interface Options {
  /** Less work: every benchmark together in under two minutes. */
  readonly quick: boolean
}

export interface Benchmark {
  readonly name: string
  /** It runs only when it is asked for by name. */
  readonly isLong?: boolean
  /** Reports its figures as it goes. */
  run(options: Options): Promise<void> | void
}
