/** Where a command, or a part of one, began: what an undo goes back to. */
import type { Head } from '../image/index.js'

export interface SavePoint {
  readonly mark: number
  readonly head: Head
  readonly events: number
  readonly results: number
  readonly eventIndex: number
}
