/** Whether the venue is there: open to everybody, within a limit per address. */
import type { Gate } from './call.js'
import { rateLimited } from './errors.js'
import { PUBLIC_LIMIT } from './limits.js'

export function health({ services, buckets }: Gate, address: string): { readonly status: 'SERVING' } {
  const wait = buckets.take(`address ${address}`, PUBLIC_LIMIT, services.host.now())
  if (wait !== null) throw rateLimited(wait)
  return { status: 'SERVING' }
}
