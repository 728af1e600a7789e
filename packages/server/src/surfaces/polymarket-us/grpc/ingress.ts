/** What a firm may send to gRPC in all, whatever the method. */
import { type Call, firmOf, type Gate } from '../call.js'
import { rateLimited } from '../errors.js'
import { LIMITS } from '../limits.js'

/** Counts the call's message against its firm, and names the firm. */
export async function admit(
  { services: { host }, buckets }: Gate,
  call: Pick<Call, 'host' | 'actor' | 'authenticated'>,
): Promise<number> {
  const firm = await firmOf(call)
  const wait = buckets.take(`${firm} ingress`, LIMITS.ingress, host.now())
  if (wait !== null) throw rateLimited(wait)
  return firm
}
