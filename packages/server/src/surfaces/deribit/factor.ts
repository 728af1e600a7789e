/**
 * The second factor of a protected method (section 9). The first call is told what to answer, as the error 13668 or, for
 * keys that are set so, as a result; the second brings `authorization_data` and the `challenge`.
 */
import type { FactorAssignment } from '@stemma/core'
import type { FactorDemand, FactorFault } from '../../auth/factors/index.js'
import type { Services } from '../../services.js'
import type { Caller } from './authentication.js'
import { VenueError } from './errors.js'
import type { Params } from './params.js'

/** What protects a method. */
export interface Protection {
  readonly factor: FactorAssignment
  /** Where no factor is set up: it is refused, or it runs as it would without one. */
  readonly withoutFactor: 'refused' | 'allowed'
}

/** Of a call: who it comes from, and what it says. */
interface Protected {
  readonly caller: Caller
  readonly params: Params
  readonly services: Services
}

/** Of the parameters: the answer itself, and who is asking. */
const NOT_BOUND = ['authorization_data', 'tfa', 'challenge', 'access_token']

const REASONS: Readonly<Record<FactorFault, string>> = {
  required: 'tfa_code_is_required',
  wrong: 'tfa_code_not_matched',
  used: 'used_tfa_code',
  challenge_gone: 'challenge_timeout',
}

/** Null once the call is proven; otherwise what the client is asked for, where that is a result. Throws what is wrong. */
export async function factorWanted(
  method: string,
  { factor, withoutFactor }: Protection,
  { caller, params, services }: Protected,
): Promise<Readonly<Record<string, unknown>> | null> {
  const { user } = caller.authenticated
  // An older name of it, which some clients send with withdrawals.
  const answer = params.text('authorization_data') ?? params.text('tfa')
  const purpose = JSON.stringify(['deribit', method, user, caller.account, params.fingerprint(NOT_BOUND)])
  const given = answer === null ? null : { answer, challenge: params.text('challenge') }
  const verdict =
    user === null
      ? ({ kind: 'none' } as const)
      : await services.factors.judge({ user, assignment: factor, purpose }, given)
  switch (verdict.kind) {
    case 'proven':
      return null
    case 'none':
      if (withoutFactor === 'refused') throw new VenueError(13904)
      return null
    case 'locked':
      throw new VenueError(12998, { wait: verdict.waitSeconds })
    case 'refused':
      if (verdict.fault === 'required' && caller.isFactorAskedInResult)
        return { security_key_authorization_required: true, ...shown(verdict.demand) }
      throw new VenueError(13668, { reason: REASONS[verdict.fault], ...shown(verdict.demand) })
  }
}

const shown = ({ factors, relyingParty, challenge }: FactorDemand) => ({
  security_keys: factors.map(({ kind, name, keyId }) =>
    kind === 'totp' ? { type: 'tfa', name } : { type: 'u2f', name, credential_id: keyId },
  ),
  rp_id: relyingParty,
  challenge,
})
