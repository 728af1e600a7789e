/**
 * Client assertions (RFC 7523): a JWT that the firm signs with its private key. RS256 as the venue asks; ES256 and
 * EdDSA are our extension; everything else (HS256, RS384, RS512, PS256, none) is refused before a key is touched.
 */
import type { KeyObject } from 'node:crypto'
import { createPublicKey } from 'node:crypto'
import { type Instant, type PublicKey, SECOND } from '@stemma/core'
import { compactVerify, decodeJwt, decodeProtectedHeader, errors } from 'jose'

const ALGORITHMS = ['RS256', 'ES256', 'EdDSA'] as const
/** `exp` is at most this many seconds after `iat`. */
const ASSERTION_LIFE_SECONDS = 300
/** Clocks may differ by this many seconds, either way. */
const CLOCK_SKEW_SECONDS = 30
const ASSERTION_LENGTH_MAX = 8_192
const JTI_LENGTH_MAX = 512

export type AssertionFault = {
  readonly error: 'invalid_client' | 'invalid_client_assertion'
  readonly detail: string
}

export interface Claimed {
  readonly clientId: string
  readonly kid: string | null
  readonly algorithm: (typeof ALGORITHMS)[number]
}

export interface Proven {
  readonly jti: string
  /** When the assertion can no longer be accepted, skew included: until then its use is remembered. */
  readonly usableUntil: Instant
}

const fault = (detail: string): AssertionFault => ({ error: 'invalid_client_assertion', detail })

/** Who the assertion says that it is from; nothing is proven yet. Null: not a JWT at all. */
export function readClaimed(assertion: string): Claimed | AssertionFault | null {
  if (assertion.length > ASSERTION_LENGTH_MAX) return null
  try {
    const { alg, kid, b64 } = decodeProtectedHeader(assertion)
    const { iss, sub } = decodeJwt(assertion)
    const algorithm = ALGORITHMS.find((name) => name === alg)
    if (algorithm === undefined || b64 === false)
      return fault(`expected the assertion to be signed with ${ALGORITHMS.join(', ')}`)
    if (typeof iss !== 'string' || iss === '' || iss !== sub)
      return fault('expected iss and sub to be the client id')
    return { clientId: iss, kid: typeof kid === 'string' ? kid : null, algorithm }
  } catch (thrown) {
    if (thrown instanceof errors.JOSEError || thrown instanceof TypeError) return null
    throw thrown
  }
}

/** Whether one of the live keys made the signature; the one that `kid` names is tried first. */
export async function isSignedBy(
  assertion: string,
  { kid, algorithm }: Claimed,
  keys: readonly PublicKey[],
): Promise<boolean> {
  const fitting = keys.filter((key) => key.algorithm === algorithm)
  fitting.sort((left, right) => Number(right.kid === kid) - Number(left.kid === kid))
  for (const { pem } of fitting) {
    try {
      await compactVerify(assertion, importKey(pem), { algorithms: [algorithm] })
      return true
    } catch (thrown) {
      // A key that does not fit its algorithm is a TypeError; it proves nobody.
      if (!(thrown instanceof errors.JOSEError) && !(thrown instanceof TypeError)) throw thrown
    }
  }
  return false
}

/** The claims of an assertion whose signature holds. */
export function checkClaims(
  assertion: string,
  audiences: readonly string[],
  now: Instant,
): Proven | AssertionFault {
  const { aud, iat, exp, nbf, jti } = decodeJwt(assertion) as Readonly<Record<string, unknown>>
  const seconds = Math.floor(now / SECOND)
  const named = Array.isArray(aud) ? aud : [aud]
  if (!named.some((name) => audiences.includes(name)))
    return fault('expected aud to be the address of the token endpoint')
  if (!isTime(iat)) return fault('expected iat in whole seconds since 1970')
  if (!isTime(exp)) return fault('expected exp in whole seconds since 1970')
  if (nbf !== undefined && !isTime(nbf)) return fault('expected nbf in whole seconds since 1970')
  if (exp <= iat) return fault('expected exp to be after iat')
  if (exp > iat + ASSERTION_LIFE_SECONDS)
    return fault(`expected exp to be at most ${ASSERTION_LIFE_SECONDS} seconds after iat`)
  if (iat > seconds + CLOCK_SKEW_SECONDS) return fault('the assertion was issued in the future')
  if (nbf !== undefined && nbf > seconds + CLOCK_SKEW_SECONDS) return fault('the assertion is not valid yet')
  if (exp + CLOCK_SKEW_SECONDS <= seconds) return fault('the assertion has expired')
  if (typeof jti !== 'string' || jti === '' || jti.length > JTI_LENGTH_MAX)
    return fault(`expected a jti of 1 to ${JTI_LENGTH_MAX} characters`)
  return { jti, usableUntil: ((exp + CLOCK_SKEW_SECONDS) * SECOND) as Instant }
}

const isTime = (claim: unknown): claim is number =>
  typeof claim === 'number' && Number.isSafeInteger(claim) && claim > 0 && claim < 2 ** 40

const KEYS_MAX = 1_000
const imported = new Map<string, KeyObject>()

/** Parsing a PEM costs more than checking a signature with it, so the last ones are kept. */
function importKey(pem: string): KeyObject {
  const known = imported.get(pem)
  if (known !== undefined) return known
  let key: KeyObject
  try {
    key = createPublicKey(pem)
  } catch {
    throw new TypeError('expected a public key in PEM form')
  }
  for (const oldest of imported.keys()) {
    if (imported.size < KEYS_MAX) break
    imported.delete(oldest)
  }
  imported.set(pem, key)
  return key
}
