/** Proofs that were checked before: bounded, each until it expires. The engine follows the chain on every request anyway. */
import type { CredentialId, Instant } from '@stemma/core'
import type { Authenticated } from '../services.js'

export interface Proof {
  readonly authenticated: Authenticated
  readonly surface: string
  readonly ipAddresses: readonly string[]
  readonly expiresAt: Instant | null
}

const PROOFS_MAX = 50_000

export class Remembered {
  private readonly proofs = new Map<string, Proof>()
  private readonly keysOf = new Map<CredentialId, Set<string>>()
  /** Rises with every change of a credential, so that a proof begun before is not kept after. */
  changes = 0

  constructor(private readonly most = PROOFS_MAX) {}

  find(key: string, now: Instant): Proof | null {
    const proof = this.proofs.get(key)
    if (proof === undefined) return null
    if (proof.expiresAt === null || proof.expiresAt > now) return proof
    this.drop(key)
    return null
  }

  keep(key: string, proof: Proof): void {
    this.proofs.set(key, proof)
    const { credential } = proof.authenticated
    this.keysOf.set(credential, (this.keysOf.get(credential) ?? new Set()).add(key))
    for (const oldest of this.proofs.keys()) {
      if (this.proofs.size <= this.most) break
      this.drop(oldest)
    }
  }

  forget(credential: CredentialId): void {
    this.changes += 1
    for (const key of [...(this.keysOf.get(credential) ?? [])]) this.drop(key)
  }

  get size(): number {
    return this.proofs.size
  }

  private drop(key: string): void {
    const proof = this.proofs.get(key)
    this.proofs.delete(key)
    if (proof === undefined) return
    const keys = this.keysOf.get(proof.authenticated.credential)
    keys?.delete(key)
    if (keys?.size === 0) this.keysOf.delete(proof.authenticated.credential)
  }
}
