/**
 * Uses of keys in an open-addressed table of typed arrays with linear probing. A sequence of 0 marks a free place:
 * the first command of a book has sequence 1.
 */
import type { KeyHash } from './key-hash.js'

const CAPACITY_FIRST = 64
const LOAD_MAX = 0.85
const GROWTH = 1.6
export const BYTES_PER_PLACE = 24

export class KeyUses {
  size = 0
  private capacity = CAPACITY_FIRST
  private owners = new Uint32Array(CAPACITY_FIRST)
  private lows = new Uint32Array(CAPACITY_FIRST)
  private highs = new Uint32Array(CAPACITY_FIRST)
  private bodies = new Uint32Array(CAPACITY_FIRST)
  private sequences = new Float64Array(CAPACITY_FIRST)

  get bytes(): number {
    return this.capacity * BYTES_PER_PLACE
  }

  /** The place of a key, or -1. */
  find({ owner, low, high }: KeyHash): number {
    let place = this.home(owner, low)
    while (this.sequences[place] !== 0) {
      if (this.lows[place] === low && this.highs[place] === high && this.owners[place] === owner) return place
      place = this.behind(place)
    }
    return -1
  }

  body(place: number): number {
    return this.bodies[place] as number
  }

  sequence(place: number): number {
    return this.sequences[place] as number
  }

  /** Keeps a use; the same key again is replaced. */
  put(key: KeyHash, body: number, sequence: number): void {
    const known = this.find(key)
    if (known >= 0) {
      this.write(known, key.owner, key.low, key.high, body, sequence)
      return
    }
    if (this.size + 1 > this.capacity * LOAD_MAX) this.spread(Math.ceil(this.capacity * GROWTH))
    this.write(this.freePlace(key.owner, key.low), key.owner, key.low, key.high, body, sequence)
    this.size += 1
  }

  /** Takes a key out and moves up what it had pushed away. */
  remove(key: KeyHash): void {
    let hole = this.find(key)
    if (hole < 0) return
    this.size -= 1
    for (let place = this.behind(hole); this.sequences[place] !== 0; place = this.behind(place)) {
      const home = this.home(this.owners[place] as number, this.lows[place] as number)
      const isBetween = hole <= place ? hole < home && home <= place : hole < home || home <= place
      if (isBetween) continue
      this.copy(place, hole)
      hole = place
    }
    this.sequences[hole] = 0
  }

  /** No more will come: gives back the room that was kept for growing. */
  settle(): void {
    this.spread(Math.max(CAPACITY_FIRST, Math.ceil(this.size / LOAD_MAX) + 1))
  }

  /** Multiplying maps the hash evenly onto any capacity, so it need not be a power of two. */
  private home(owner: number, low: number): number {
    const mixed = (low ^ Math.imul(owner, 0x9e3779b1)) >>> 0
    return Math.floor((mixed / 2 ** 32) * this.capacity)
  }

  private behind(place: number): number {
    return place + 1 === this.capacity ? 0 : place + 1
  }

  private freePlace(owner: number, low: number): number {
    let place = this.home(owner, low)
    while (this.sequences[place] !== 0) place = this.behind(place)
    return place
  }

  private write(
    place: number,
    owner: number,
    low: number,
    high: number,
    body: number,
    sequence: number,
  ): void {
    this.owners[place] = owner
    this.lows[place] = low
    this.highs[place] = high
    this.bodies[place] = body
    this.sequences[place] = sequence
  }

  private copy(from: number, to: number): void {
    this.write(
      to,
      this.owners[from] as number,
      this.lows[from] as number,
      this.highs[from] as number,
      this.bodies[from] as number,
      this.sequences[from] as number,
    )
  }

  private spread(capacity: number): void {
    const { owners, lows, highs, bodies, sequences } = this
    this.capacity = capacity
    this.owners = new Uint32Array(capacity)
    this.lows = new Uint32Array(capacity)
    this.highs = new Uint32Array(capacity)
    this.bodies = new Uint32Array(capacity)
    this.sequences = new Float64Array(capacity)
    for (let place = 0; place < sequences.length; place += 1) {
      const sequence = sequences[place] as number
      if (sequence === 0) continue
      const [owner, low] = [owners[place] as number, lows[place] as number]
      const to = this.freePlace(owner, low)
      this.write(to, owner, low, highs[place] as number, bodies[place] as number, sequence)
    }
  }
}
