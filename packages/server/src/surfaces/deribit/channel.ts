/** What every channel is opened with, and what comes of it. */
import type { Services, Subscription } from '../../services.js'
import type { Caller } from './authentication.js'

/** What a channel is opened with: its data go out in order, one after another. */
export interface Opening {
  readonly services: Services
  readonly caller: Caller | null
  /** The parts of its name, which dots stand between. */
  readonly parts: readonly string[]
  readonly tell: (data: unknown) => void
  /** What cannot be told ends the socket, so that its reader knows. */
  readonly fail: (thrown: unknown) => void
}

/** Null where there is no such channel. */
export type Opened = Subscription | null
