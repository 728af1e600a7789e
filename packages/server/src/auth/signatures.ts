/**
 * Signatures over texts: HMAC-SHA256 under a secret in hexadecimal (deribit section 2.4), or Ed25519 and RSA (PKCS #1
 * v1.5 with SHA-256) under a registered public key, in base64 of either alphabet, padded or not.
 */
import {
  constants,
  createHash,
  createHmac,
  createPublicKey,
  type KeyObject,
  timingSafeEqual,
  verify,
} from 'node:crypto'
import type { PublicKey } from '@stemma/core'

export const RSA_BITS = { least: 2_048, most: 8_192 }
/** Base64 of the longest RSA signature that is taken. */
const SIGNATURE_LENGTH_MAX = 1_400

export const SIGNATURE_SCHEMES = ['hmac', 'ed25519', 'rsa'] as const
export type SignatureScheme = (typeof SIGNATURE_SCHEMES)[number]

const SCHEMES_OF: Readonly<Record<PublicKey['algorithm'], SignatureScheme | null>> = {
  EdDSA: 'ed25519',
  RS256: 'rsa',
  ES256: null,
}

export const schemeOfKey = ({ algorithm }: Pick<PublicKey, 'algorithm'>): SignatureScheme | null =>
  SCHEMES_OF[algorithm]

export function isHmacOf(secret: string, text: string, signature: string): boolean {
  const own = createHmac('sha256', secret).update(text).digest()
  const given = Buffer.from(signature, 'hex')
  return given.length === own.length && timingSafeEqual(own, given)
}

export function isSignedWith(key: PublicKey, text: string, signature: string): boolean {
  if (signature.length > SIGNATURE_LENGTH_MAX || !/^[\w+/-]+={0,2}$/.test(signature)) return false
  const given = Buffer.from(signature, 'base64')
  const publicKey = createPublicKey(key.pem)
  if (key.algorithm === 'EdDSA') return verify(null, Buffer.from(text), publicKey, given)
  const padded = { key: publicKey, padding: constants.RSA_PKCS1_PADDING }
  return key.algorithm === 'RS256' && verify('sha256', Buffer.from(text), padded, given)
}

/** A public key in PEM that requests can be signed for: Ed25519, or RSA of 2,048 to 8,192 bits; null for anything else. */
export function readSigningKey(pem: string): Pick<PublicKey, 'algorithm' | 'pem'> | null {
  if (!/^\s*-----BEGIN PUBLIC KEY-----/.test(pem)) return null
  const key = parsed(pem)
  const algorithm = key === null ? null : algorithmOf(key)
  if (key === null || algorithm === null) return null
  return { algorithm, pem: key.export({ type: 'spki', format: 'pem' }).toString() }
}

function parsed(pem: string): KeyObject | null {
  try {
    return createPublicKey(pem)
  } catch {
    return null
  }
}

function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): PublicKey['algorithm'] | null {
  if (asymmetricKeyType === 'ed25519') return 'EdDSA'
  const bits = asymmetricKeyDetails?.modulusLength ?? 0
  return asymmetricKeyType === 'rsa' && bits >= RSA_BITS.least && bits <= RSA_BITS.most ? 'RS256' : null
}

/** MD5 of the key in DER, as pairs of hexadecimal digits: a name for people to compare, no proof of anything. */
export function fingerprintOf(pem: string): string {
  const der = createPublicKey(pem).export({ type: 'spki', format: 'der' })
  return (createHash('md5').update(der).digest('hex').match(/../g) ?? []).join(':')
}
