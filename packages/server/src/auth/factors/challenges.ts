/**
 * Challenges: what a client has to send back with its second factor. Each is bound to what it was asked for and to whom,
 * and counts for a minute. Nothing is kept of one until it is answered: it carries its time and our seal, 32 bytes in
 * all. That it is answered once is for the book to see to.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { after, fromMilliseconds, type Instant, MINUTE, toMilliseconds } from '@stemma/core'

export const CHALLENGE_VALID = MINUTE
const TIME_BYTES = 6
const NONCE_BYTES = 10
const SEAL_BYTES = 16
const HEAD_BYTES = TIME_BYTES + NONCE_BYTES

/** A challenge that is ours and in time, as the book remembers its use. */
export interface OpenChallenge {
  readonly use: string
  readonly expiresAt: Instant
}

export class Challenges {
  constructor(private readonly key: Buffer) {}

  /** In base64. `purpose` is what it may be answered for. */
  issue(purpose: string, now: Instant): string {
    const head = Buffer.alloc(HEAD_BYTES)
    head.writeUIntBE(toMilliseconds(now), 0, TIME_BYTES)
    randomBytes(NONCE_BYTES).copy(head, TIME_BYTES)
    return Buffer.concat([head, this.sealOf(head, purpose)]).toString('base64')
  }

  /** Null where it is not ours, was given for something else, or is a minute old. */
  open(challenge: string, purpose: string, now: Instant): OpenChallenge | null {
    const bytes = Buffer.from(challenge, 'base64')
    // Another spelling of the same bytes would pass for another challenge.
    if (bytes.length !== HEAD_BYTES + SEAL_BYTES || bytes.toString('base64') !== challenge) return null
    const head = bytes.subarray(0, HEAD_BYTES)
    if (!timingSafeEqual(bytes.subarray(HEAD_BYTES), this.sealOf(head, purpose))) return null
    const expiresAt = after(fromMilliseconds(head.readUIntBE(0, TIME_BYTES)), CHALLENGE_VALID)
    return expiresAt <= now ? null : { use: `factor:${challenge}`, expiresAt }
  }

  private sealOf(head: Buffer, purpose: string): Buffer {
    return createHmac('sha256', this.key).update(head).update(purpose).digest().subarray(0, SEAL_BYTES)
  }
}
