/**
 * Who is let in: a process that writes answers, while its lease holds; a process that stands by names the writer. Asked
 * before anything that comes from outside, whatever it is.
 */
import type { Refusal } from '@stemma/core'
import type { Lease } from './lease.js'

export class Admission {
  private known: string | null = null
  private hasBook = false
  /** Called when it is another process that answers than before, this one perhaps. */
  onMoved: () => void = () => {}

  /** Null where nobody else can write. */
  constructor(private readonly lease: Lease | null) {}

  /** This process writes, and its book is open. */
  get isWriter(): boolean {
    return this.hasBook
  }

  /** True while whoever asks may be answered at once. */
  get isOpen(): boolean {
    return this.hasBook && (this.lease === null || this.lease.isHeld)
  }

  open(): void {
    this.hasBook = true
    this.known = null
    this.onMoved()
  }

  /** Where the writer is, as far as a standby knows. */
  get writer(): string | null {
    return this.known
  }

  /** One that has ended in order is not another yet: what it answered is still on its way. */
  set writer(address: string | null) {
    const isAnother = address !== null && address !== this.known
    this.known = address
    if (isAnother) this.onMoved()
  }

  /** The same where requests can be handed on to it: whoever compacts a journal writes, and is reached by nobody. */
  get writerUrl(): string | null {
    return this.known !== null && /^https?:/.test(this.known) ? this.known : null
  }

  /** Null once this process may answer; a refusal where another one does. */
  async refusal(): Promise<Refusal | null> {
    if (!this.hasBook) return this.elsewhere()
    await this.lease?.hold()
    return null
  }

  /** Where to try again, as far as that is known now. */
  elsewhere(): Refusal {
    const { writer } = this
    const detail =
      writer === null
        ? 'nobody writes at the moment; try again shortly'
        : `this server stands by; the one that answers is at ${writer}`
    return { code: 'not_writer', detail, data: { writer } }
  }
}
