/** How many streams a firm has open, over all of its users and all types of streams. */
import { GRPC, VenueError } from '../errors.js'

export const STREAMS_PER_FIRM_MAX = 20

export class StreamPlaces {
  private readonly taken = new Map<number, number>()

  /** Takes a place until the signal is aborted, which it is however a call ends. */
  take(firm: number, signal: AbortSignal): void {
    const open = this.taken.get(firm) ?? 0
    if (open >= STREAMS_PER_FIRM_MAX)
      throw new VenueError(GRPC.resourceExhausted, `a firm can have ${STREAMS_PER_FIRM_MAX} streams open`)
    if (signal.aborted) return
    this.taken.set(firm, open + 1)
    signal.addEventListener('abort', () => this.free(firm), { once: true })
  }

  private free(firm: number): void {
    const open = (this.taken.get(firm) ?? 1) - 1
    if (open === 0) this.taken.delete(firm)
    else this.taken.set(firm, open)
  }
}
