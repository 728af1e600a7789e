/** A hash for tests, which compare states and are under no attack: FNV-1a, twice 32 bits. Not exported. */
import type { Engine } from '../engine.js'
import { derivedHash, type Hasher, type Image, stateHash } from '../image/index.js'

class Fnv implements Hasher {
  private low = 0x811c9dc5
  private high = 0x01000193

  update(text: string): void {
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index)
      this.low = Math.imul(this.low ^ code, 0x01000193)
      this.high = Math.imul(this.high ^ (code + index), 0x85ebca6b)
    }
  }

  digest(): string {
    return `${(this.low >>> 0).toString(16)}${(this.high >>> 0).toString(16)}`
  }
}

export const hashOf = (image: Image): string => stateHash(image, new Fnv())
export const derivedHashOf = (image: Image): string => derivedHash(image, new Fnv())
export const textHash = (): Hasher => new Fnv()

/** The laws of the books that do not hold: none, where all is well. */
export const broken = (engine: Engine) => engine.verify(textHash).filter((check) => !check.holds)
