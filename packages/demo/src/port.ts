/**
 * What the demo world is given: a way to run commands, and everything that is random or secret. The world itself has
 * fixed names, amounts and order, so two worlds differ only in their keys and times.
 */
import type { Actor, Instant, Plain } from '@stemma/core'

export interface DemoCommand {
  readonly command: string
  readonly input: Plain
  readonly actor: Actor
  /** Why it is done, as the event keeps it. */
  readonly reason: string
}

/** A secret that is shown once, and the hash that is kept. */
export interface ApiKeySecret {
  /** What a request carries as its bearer. */
  readonly apiKey: string
  readonly secretHash: string
}

/** A secret that requests are signed with: shown once, and kept sealed besides its hash. */
export interface SigningSecret {
  readonly clientSecret: string
  readonly secretHash: string
  readonly sealedSecret: string
}

/** The secret of one-time codes in base32: shown once, and kept sealed. */
export interface CodeSecret {
  readonly secret: string
  readonly sealedSecret: string
}

export interface RsaKeyPair {
  readonly privateKeyPem: string
  readonly publicKeyPem: string
}

export interface DemoPort {
  now(): Instant
  /** Runs the command and gives its result; throws when it is refused. */
  execute(command: DemoCommand): Promise<Plain>
  /** Encrypts a personal field under the key of its party. */
  seal(party: number, plain: string): Promise<string>
  /** A new secret for the API key with this public half. */
  newApiKey(clientId: string): ApiKeySecret
  newSigningSecret(party: number): Promise<SigningSecret>
  newCodeSecret(party: number): Promise<CodeSecret>
  newRsaKeyPair(): Promise<RsaKeyPair>
}
