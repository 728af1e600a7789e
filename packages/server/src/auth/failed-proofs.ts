/**
 * Assertions whose signature did not hold and API keys with a wrong secret, throttled by the client that they named and the address that they came from,
 * and over all. Only failures are counted here, so nobody can use up what somebody else's good proof needs.
 */
import type { Instant } from '@stemma/core'
import { TokenBuckets } from './token-buckets.js'

/** Ten at once, and one more every 90 seconds: ten in a quarter of an hour. */
const OF_CLIENT_AND_ADDRESS = { perSecond: 1 / 90, burst: 10 }
/** What all together may add to the book, whatever number of clients and addresses they use. */
const OF_ALL = { perSecond: 5, burst: 200 }

export class FailedProofs {
  private readonly buckets = new TokenBuckets()

  /** Null where the failure is within the rates; otherwise the seconds after which the next one is. */
  count(clientId: string, address: string, now: Instant): number | null {
    const pair = JSON.stringify([clientId, address])
    return this.buckets.take(pair, OF_CLIENT_AND_ADDRESS, now) ?? this.buckets.take('', OF_ALL, now)
  }
}
