/** What one command has traded so far: how many fills, and whose money and in which instruments. */
import type { AccountId } from '../hierarchy/index.js'
import { FOLLOWING_OF_COMMAND_MAX, type InstrumentId } from '../market/index.js'

/**
 * Fills of one command, and resting orders that it ends because they stand in the way: those of the same participant, and
 * those of accounts that may not deal. A fill changes some nine rows, so a command stays below the limit of rows; what an
 * order could still trade beyond it is cancelled and said so.
 */
export const FILLS_OF_COMMAND_MAX = 500

export class TradingSession {
  fills = 0
  /** Orders that waited and acted behind others: as many as fills, however often what follows is looked at. */
  acted = 0
  /** Orders that were cancelled as their accounts cannot pay for them any more. */
  unfunded = 0
  /** Orders that still may follow a price. */
  readonly following = { left: FOLLOWING_OF_COMMAND_MAX }
  readonly accounts = new Set<AccountId>()
  readonly instruments = new Set<InstrumentId>()

  /** How many more fills this command may have. */
  get room(): number {
    return FILLS_OF_COMMAND_MAX - this.fills
  }

  get isFull(): boolean {
    return this.room <= 0
  }
}
