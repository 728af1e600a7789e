/** A law that did not hold, and how. */
export interface Finding {
  readonly law: string
  readonly detail: string
}
