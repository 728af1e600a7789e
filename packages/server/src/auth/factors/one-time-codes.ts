/** One-time codes of RFC 6238: HMAC-SHA1, steps of 30 seconds, 6 digits, as every authenticator app reads them. */
import { type Instant, toMilliseconds } from '@stemma/core'
import { Secret, TOTP } from 'otpauth'

const PERIOD_SECONDS = 30
/** A code counts in the step before and in the step after its own too: clocks differ. */
const STEPS_ASIDE = 1
const SECRET_BYTES = 20
const CODE = { algorithm: 'SHA1', digits: 6, period: PERIOD_SECONDS } as const

/** A fresh secret in base32. */
export const newCodeSecret = (): string => new Secret({ size: SECRET_BYTES }).base32

/** What an authenticator app reads from a square code. */
export const codeAddress = (secret: string, issuer: string, label: string): string =>
  new TOTP({ ...CODE, issuer, label, secret: Secret.fromBase32(secret) }).toString()

/** The step of 30 seconds since 1970 that a code is of, compared in constant time; null where it is of none near `now`. */
export function stepOfCode(secret: string, code: string, now: Instant): number | null {
  if (!/^\d{6}$/.test(code)) return null
  const timestamp = toMilliseconds(now)
  const aside = TOTP.validate({
    ...CODE,
    token: code,
    secret: Secret.fromBase32(secret),
    timestamp,
    window: STEPS_ASIDE,
  })
  return aside === null ? null : TOTP.counter({ period: PERIOD_SECONDS, timestamp }) + aside
}
