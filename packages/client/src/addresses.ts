/**
 * Where the service is. One process of a book writes and others stand by: a standby names the writer, which is asked
 * from then on; where nobody answers, the next of the addresses that were given is.
 */
import { StemmaRefusal, StemmaUnreachable } from './refusal.js'

export class Addresses {
  private readonly given: readonly string[]
  private place = 0
  private asked: string

  constructor(given: string | readonly string[]) {
    const [first, ...others] = typeof given === 'string' ? [given] : given
    if (first === undefined) throw new Error('expected at least one address in baseUrl')
    this.given = [first, ...others]
    this.asked = first
  }

  /** The one to ask. */
  get current(): string {
    return this.asked
  }

  get areSeveral(): boolean {
    return this.given.length > 1
  }

  /** What came of asking `address`: whoever failed is not asked again at once where there is another. */
  learn(address: string, thrown: unknown): void {
    // Another call has learned it meanwhile.
    if (address !== this.asked) return
    if (thrown instanceof StemmaUnreachable) this.asked = this.nextGiven()
    if (!(thrown instanceof StemmaRefusal) || thrown.code !== 'not_writer') return
    const { writer } = thrown.data
    this.asked = typeof writer === 'string' && /^https?:\/\//.test(writer) ? writer : this.nextGiven()
  }

  private nextGiven(): string {
    this.place = (this.place + 1) % this.given.length
    return this.given[this.place] as string
  }
}
