/** One round of the kill loop: what its clients asked for, and what they were told. */
export interface Transfer {
  readonly from: string
  readonly to: string
  readonly currency: 'USD'
  readonly amount: string
  readonly description: string
}

export class Round {
  /** By idempotency key, which each transfer has as its description too. */
  readonly transfers = new Map<string, Transfer>()
  /** Key to the id that was answered. */
  readonly done = new Map<string, string>()
  /** Client order ids, by which orders are known. */
  readonly orders = new Set<string>()
  /** Client order id to the id that was answered. */
  readonly placed = new Map<string, string>()
  /** Client order ids of those whose cancelling was answered. */
  readonly cancelled = new Set<string>()

  constructor(
    readonly number: number,
    /** Called at each answer. */
    private readonly onAnswer: () => void,
  ) {}

  acknowledge(key: string, transfer: string): void {
    this.done.set(key, transfer)
    this.onAnswer()
  }

  acknowledgeOrder(clientOrderId: string, order: string): void {
    this.placed.set(clientOrderId, order)
    this.onAnswer()
  }

  acknowledgeCancel(clientOrderId: string): void {
    this.cancelled.add(clientOrderId)
    this.onAnswer()
  }
}

/** From 0 up to, not including, `most`: the same for the same two numbers, and unlike for the next. */
export function draw(seed: number, place: number, most: number): number {
  let mixed = Math.imul(seed ^ (seed >>> 16), 0x45d9f3b) + Math.imul(place + 1, 0x9e3779b1)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d)
  return ((mixed ^ (mixed >>> 13)) >>> 0) % most
}
