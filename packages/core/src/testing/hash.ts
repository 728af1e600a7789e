/** A hasher for tests. Not exported. */
import type { Engine } from '../engine.js'
import { derivedHash, type Hasher, stateHash } from '../image/index.js'

export class TextHash implements Hasher {
  private low = 0x811c9dc5
  private high = 0x9747b28c

  update(text: string): void {
    for (let place = 0; place < text.length; place += 1) {
      this.low = Math.imul(this.low ^ text.charCodeAt(place), 0x01000193)
      this.high = Math.imul(this.high ^ (this.low >>> 7) ^ text.charCodeAt(place), 0x85ebca6b)
    }
  }

  digest(): string {
    return `${(this.high >>> 0).toString(16)}-${(this.low >>> 0).toString(16)}`
  }
}

export const textHash = (): Hasher => new TextHash()

/** Everything that an engine's image holds, primary and derived, as one text. */
export const imageHash = ({ image }: Engine): string =>
  `${stateHash(image, textHash())} ${derivedHash(image, textHash())}`
