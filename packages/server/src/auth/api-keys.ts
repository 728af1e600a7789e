/**
 * API keys: `sk_<client id>_<secret>`. The secret is 32 random bytes in hexadecimal, shown once; the book keeps its
 * SHA-256. A digest suffices where the secret is random: there is nothing to guess that stretching would protect.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

const API_KEY = /^sk_([\x21-\x7e]{1,128})_([0-9a-f]{64})$/

export interface ApiKey {
  readonly clientId: string
  readonly secret: string
}

export const isApiKey = (value: string): boolean => value.startsWith('sk_')

export function parseApiKey(value: string): ApiKey | null {
  const match = API_KEY.exec(value)
  return match === null ? null : { clientId: match[1] ?? '', secret: match[2] ?? '' }
}

export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('hex')

export const mintSecret = (): string => randomBytes(32).toString('hex')

/** The key of a client id and its secret, as a bearer. */
export const apiKeyOf = ({ clientId, secret }: ApiKey): string => `sk_${clientId}_${secret}`

/** A fresh key: what its holder is shown once, and what the book keeps. */
export function mintApiKey(clientId: string): { readonly value: string; readonly secretHash: string } {
  const secret = mintSecret()
  return { value: apiKeyOf({ clientId, secret }), secretHash: hashSecret(secret) }
}

export function isSecretOf(secretHash: string, secret: string): boolean {
  const [kept, given] = [Buffer.from(secretHash, 'hex'), Buffer.from(hashSecret(secret), 'hex')]
  return kept.length === given.length && timingSafeEqual(kept, given)
}
