/** Second factors on the wire: what is shown of them, and how a user proves itself with one. */
import { choice, flag, id, instant, list, nullable, object, optional, text } from '../wire/index.js'
import { EXAMPLE, version } from './common.js'

export const FACTOR_KINDS = ['totp', 'security_key'] as const
export const FACTOR_ASSIGNMENTS = ['login', 'account', 'wallet', 'admin'] as const
export const FACTORS_OF_USER_MAX = 10
export const SECOND_FACTOR_LENGTH_MAX = 8_192

export const factorName = () => text({ max: 64, description: 'Unique among the factors of the user' })
export const assignments = () =>
  list(
    choice(
      FACTOR_ASSIGNMENTS,
      'login: signing in; account: keys and subaccounts; wallet: what leaves the account; admin: the administration of others',
    ),
    { min: 1, max: FACTOR_ASSIGNMENTS.length },
  )

/** What a user that has a factor adds to a change of its factors. */
export const proof = {
  second_factor: optional(
    text({
      max: SECOND_FACTOR_LENGTH_MAX,
      description: 'Six digits, or the JSON of what a security key signed; needed once the user has a factor',
    }),
  ),
  challenge: optional(
    text({ max: 64, description: 'What the security key signed; from `factors.challenge`' }),
  ),
} as const

export const factor = object({
  id: id('fac'),
  user: id('usr'),
  kind: choice(FACTOR_KINDS),
  name: factorName(),
  assignments: assignments(),
  key_id: nullable(text({ max: 1_364, description: 'What a security key calls its key, in base64url' })),
  is_confirmed: flag('Before it is, it protects nothing'),
  expires_at: nullable(instant('Until when it can be confirmed')),
  last_used_at: nullable(instant()),
  version: version(),
  created_at: instant(),
})

export const factorChallenge = object({
  challenge: text({ max: 64, description: 'In base64: good once, for a minute' }),
  relying_party: text({ max: 255 }),
  factors: list(
    object({ kind: choice(FACTOR_KINDS), name: factorName(), key_id: nullable(text({ max: 1_364 })) }),
    { max: FACTORS_OF_USER_MAX },
  ),
})

export const EXAMPLE_FACTOR = {
  id: EXAMPLE.factor,
  user: EXAMPLE.user,
  kind: 'totp',
  name: 'desk phone',
  assignments: ['login', 'account', 'wallet', 'admin'],
  key_id: null,
  is_confirmed: true,
  expires_at: null,
  last_used_at: null,
  version: 2,
  created_at: EXAMPLE.at,
} as const
