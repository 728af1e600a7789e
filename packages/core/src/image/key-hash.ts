/**
 * A 64-bit hash of a key in two lanes that feed each other, with the multipliers and the final mixing of MurmurHash3
 * (Austin Appleby, public domain). It is no defence against somebody who looks for collisions; those can only be among
 * that owner's own keys, because the owner is compared as it is.
 */
const SEPARATOR = 0x1f

export class KeyHash {
  owner = 0
  low = 0
  high = 0

  set(owner: number, operation: string, key: string): this {
    this.owner = owner
    this.low = 0x9e3779b9 | 0
    this.high = 0x85ebca6b | 0
    this.mix(operation)
    this.step(SEPARATOR)
    this.mix(key)
    const low = finish(this.low ^ Math.imul(this.high, 5))
    this.high = finish(this.high ^ Math.imul(low, 0x27d4eb2f)) >>> 0
    this.low = low >>> 0
    return this
  }

  ofBody(text: string): number {
    let hash = 0x2545f491
    for (let place = 0; place < text.length; place += 1)
      hash = rotate(Math.imul(hash ^ text.charCodeAt(place), 0xcc9e2d51), 13) + 0x1b873593
    return finish(hash) >>> 0
  }

  private mix(text: string): void {
    for (let place = 0; place < text.length; place += 1) this.step(text.charCodeAt(place))
  }

  private step(unit: number): void {
    const low = Math.imul(rotate(this.low ^ Math.imul(unit, 0xcc9e2d51), 15), 0x1b873593) + this.high
    this.high = Math.imul(rotate(this.high ^ unit, 13), 5) ^ (low + 0x52dce729)
    this.low = low | 0
  }
}

const rotate = (value: number, by: number): number => (value << by) | (value >>> (32 - by))

function finish(value: number): number {
  let mixed = value ^ (value >>> 16)
  mixed = Math.imul(mixed, 0x85ebca6b)
  mixed ^= mixed >>> 13
  mixed = Math.imul(mixed, 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}
