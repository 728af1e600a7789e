/** How a figure came about: its formula, its inputs, and where each of them comes from. */
import type { Amount } from '../../money/index.js'

export interface Derivation {
  readonly figure: string
  readonly formula: string
  readonly inputs: readonly { readonly name: string; readonly amount: Amount; readonly source: string }[]
}
