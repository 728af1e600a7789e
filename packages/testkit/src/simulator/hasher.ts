/** SHA-256 for the core's hashes: the core has no hash function of its own. */
import { createHash } from 'node:crypto'
import type { Hasher } from '@stemma/core'

export function sha256(): Hasher {
  const hash = createHash('sha256')
  return { update: (text) => void hash.update(text), digest: () => hash.digest('hex') }
}
