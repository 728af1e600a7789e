/** What the peer's service is asked. */
export interface Move {
  readonly source: number
  readonly target: number
  readonly amount: number
  readonly key: string
}

export interface MoveMany {
  readonly sources: readonly number[]
  readonly targets: readonly number[]
  readonly amount: number
  readonly keys: readonly string[]
}
