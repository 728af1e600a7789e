/**
 * Proves who is asking: an API key or an access token. A proof is remembered until it expires; whether the chain
 * behind it (token, credential, user, owners) still holds is asked of the engine on every request, so a revocation
 * counts on the very next one. A change of a credential makes its proofs be looked up anew.
 */
import { hash } from 'node:crypto'
import {
  type Event,
  type FoundCredential,
  type Instant,
  isAddressAllowed,
  parseId,
  type Surface,
} from '@stemma/core'
import type { Authenticated, Authentication, Host, Sealing, Signed } from '../services.js'
import type { AccessTokens } from './access-tokens.js'
import { isApiKey, isSecretOf, parseApiKey } from './api-keys.js'
import type { FailedProofs } from './failed-proofs.js'
import { type Proof, Remembered } from './remembered.js'
import { isHmacOf, isSignedWith, schemeOfKey } from './signatures.js'

const SYSTEM = { kind: 'system' } as const

export class BearerAuthentication implements Authentication {
  private readonly remembered = new Remembered()

  constructor(
    private readonly host: Host,
    private readonly tokens: AccessTokens,
    private readonly failures: FailedProofs,
    private readonly sealing: Pick<Sealing, 'open'>,
  ) {}

  /** Follows the changes of credentials; without it nothing is remembered. */
  async follow(): Promise<void> {
    const { host, remembered } = this
    const filter = { under: null, kinds: ['credential.'] }
    const answer = await host.subscribe(SYSTEM, filter, null, ({ subject }: Event) => {
      const credential = parseId<'credential'>('key', subject)
      if (credential !== undefined) remembered.forget(credential)
      return true
    })
    this.isFollowing = answer.kind === 'answer'
  }

  async bearer(value: string, surface: Surface, address: string): Promise<Authenticated | null> {
    const now = this.host.now()
    const key = hash('sha256', value, 'base64')
    const proof = this.remembered.find(key, now) ?? (await this.prove(value, key, address, now))
    if (proof === null || proof.surface !== surface) return null
    return isAddressAllowed(proof.ipAddresses, address) ? proof.authenticated : null
  }

  async signed(signed: Signed, surface: Surface, address: string): Promise<Authenticated | null> {
    const now = this.host.now()
    const found = await this.find({ clientId: signed.clientId })
    if (found === null || found.surface !== surface || found.status !== 'active') return null
    if (found.expiresAt !== null && found.expiresAt <= now) return null
    if (!isAddressAllowed(found.ipAddresses, address)) return null
    if (!(await this.isSigned(found, signed))) {
      await this.countFailure(found, address, now)
      return null
    }
    if (found.failuresInARow > 0) await recordSignIn(this.host, found, true, address)
    return ofCredential(found)
  }

  /** By the secret of the credential, or by one of its public keys, as the scheme has it. */
  private async isSigned(found: FoundCredential, { text, signature, scheme }: Signed): Promise<boolean> {
    const keys = found.publicKeys.filter((key) => schemeOfKey(key) === (scheme ?? schemeOfKey(key)))
    if (keys.some((key) => isSignedWith(key, text, signature))) return true
    if (found.sealedSecret === null || (scheme !== null && scheme !== 'hmac')) return false
    const secret = await this.sealing.open(found.ownerParty, found.sealedSecret)
    return secret !== null && isHmacOf(secret, text, signature)
  }

  private isFollowing = false

  private async prove(value: string, key: string, address: string, now: Instant): Promise<Proof | null> {
    const { changes } = this.remembered
    const proof = isApiKey(value)
      ? await this.proveApiKey(value, address, now)
      : await this.proveToken(value, now)
    if (proof !== null && this.isFollowing && changes === this.remembered.changes)
      this.remembered.keep(key, proof)
    return proof
  }

  private async proveApiKey(value: string, address: string, now: Instant): Promise<Proof | null> {
    const parsed = parseApiKey(value)
    if (parsed === null) return null
    const found = await this.find({ clientId: parsed.clientId })
    if (found?.secretHash == null || found.kind !== 'api_key' || found.status !== 'active') return null
    if (!isSecretOf(found.secretHash, parsed.secret)) {
      await this.countFailure(found, address, now)
      return null
    }
    if (found.failuresInARow > 0) await recordSignIn(this.host, found, true, address)
    return {
      authenticated: ofCredential(found),
      surface: found.surface,
      ipAddresses: found.ipAddresses,
      expiresAt: found.expiresAt,
    }
  }

  private async proveToken(value: string, now: Instant): Promise<Proof | null> {
    const verified = await this.tokens.verify(value, now)
    if (verified === null) return null
    const found = await this.find({ credential: verified.credential })
    if (found === null) return null
    const { credential, token, user, surface, audience, expiresAt } = verified
    const actor = { kind: 'credential', credential, token, actingUser: null } as const
    return {
      authenticated: { actor, credential, user, token, audience },
      surface,
      ipAddresses: found.ipAddresses,
      expiresAt,
    }
  }

  /** Beyond the rates a failure costs the book nothing; the right secret always passes. */
  private async countFailure(found: FoundCredential, address: string, now: Instant): Promise<void> {
    if (this.failures.count(found.clientId, address, now) === null)
      await recordSignIn(this.host, found, false, address)
  }

  private find(input: { clientId: string } | { credential: number }): Promise<FoundCredential | null> {
    return findCredential(this.host, input)
  }
}

function ofCredential({ id, user }: FoundCredential): Authenticated {
  const actor = { kind: 'credential', credential: id, token: null, actingUser: null } as const
  return { actor, credential: id, user, token: null, audience: null }
}

export async function findCredential(
  host: Host,
  input: { clientId: string } | { credential: number },
): Promise<FoundCredential | null> {
  const answer = await host.read<FoundCredential>('credentials.find', SYSTEM, input)
  return answer.kind === 'answer' ? answer.result : null
}

/** A failed sign-in is a command that counts; a success after failures starts the count anew. */
export async function recordSignIn(
  host: Host,
  { id }: FoundCredential,
  success: boolean,
  address: string | null = null,
): Promise<void> {
  await host.execute({
    command: 'signins.record',
    actor: SYSTEM,
    input: { credential: id, success, address },
  })
}
