/**
 * `factors.begin` and `factors.confirm`: a factor is registered in two steps, so that one that does not work protects
 * nothing. The host makes the secret and looks at the proof; what is not confirmed within ten minutes is forgotten.
 */
import {
  checkRoom,
  FACTOR_CONFIRMED_WITHIN,
  FACTOR_KEY_ID_LENGTH_MAX,
  FACTORS_OF_USER_MAX,
  type FactorAssignment,
  type FactorId,
  type FactorKind,
  PUBLIC_KEY_LENGTH_MAX,
  type UserId,
} from '../../identity/index.js'
import { after, command } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import type { AccessContext } from '../access.js'
import { recordAccessOfUser } from '../access-log.js'
import { checkSealed } from '../checks.js'
import {
  changedFactor,
  checkAssignments,
  checkFactorName,
  emitOfFactor,
  needsOfFactor,
  requireProof,
  requireSelf,
} from './checks.js'
import { factorView } from './view.js'

export type BeginFactor = {
  readonly user: UserId
  readonly kind: FactorKind
  readonly name: string
  readonly assignments: readonly FactorAssignment[]
  /** For one-time codes: the secret under the key of the user's party. */
  readonly sealedSecret: string | null
  /** For a security key: what it has to sign. */
  readonly registrationChallenge: string | null
  /** The server asked for a factor that is there already, and it was right. */
  readonly isProven: boolean
}

export const beginFactor = command({
  name: 'factors.begin',
  scope: 'credentials:write',
  needs: (_context: AccessContext, { user }: BeginFactor) => [{ ability: 'read', target: { user } }],
  decide(context, { user, kind, name, assignments, sealedSecret, registrationChallenge, isProven }) {
    const { identity, image, now } = context
    const { factors, users } = identity
    requireSelf(context, user)
    if (users.status.get(users.row(user)) === 'closed') refuse('transition_invalid', 'the user is closed')
    checkFactorName(context, user, name)
    checkAssignments(assignments)
    checkSealed(sealedSecret, '/secret')
    if (
      (kind === 'totp') !== (sealedSecret !== null) ||
      (kind === 'totp') !== (registrationChallenge === null)
    )
      refuse('malformed', 'expected a secret for one-time codes, or a challenge for a security key')
    requireProof(context, user, isProven)
    checkRoom(factors.ofUser, user, FACTORS_OF_USER_MAX, 'second factors of a user')
    const id = image.newId<FactorId>()
    const row = factors.table.insert(id, {
      user,
      kind,
      name,
      assignments,
      sealedSecret,
      keyId: null,
      publicKey: null,
      signatures: 0,
      lastStep: 0,
      registrationChallenge,
      isConfirmed: false,
      expiresAt: after(now, FACTOR_CONFIRMED_WITHIN),
      lastUsedAt: null,
      version: 1,
      createdAt: now,
    })
    emitOfFactor(context, row, 'factor.begun', factorView(context, row))
    return { factor: id, expiresAt: after(now, FACTOR_CONFIRMED_WITHIN) }
  },
})

export type ConfirmFactor = {
  readonly factor: FactorId
  /** What the host found: the step whose code was given, or the key that signed. */
  readonly proof:
    | { readonly step: number }
    | { readonly keyId: string; readonly publicKey: string; readonly signatures: number }
}

export const confirmFactor = command({
  name: 'factors.confirm',
  scope: 'credentials:write',
  needs: (context: AccessContext, { factor }: ConfirmFactor) => needsOfFactor(context, factor),
  decide(context, { factor, proof }) {
    const { table } = context.identity.factors
    const row = table.row(factor)
    requireSelf(context, table.user.get(row))
    if (table.isConfirmed.get(row)) refuse('transition_invalid', 'the second factor was confirmed before')
    if ('step' in proof !== (table.kind.get(row) === 'totp'))
      refuse('malformed', 'expected the proof of a factor of this kind')
    recordAccessOfUser(context, table.user.get(row), 'enabled_tfa')
    return changedFactor(context, row, 'factor.confirmed', () => {
      if ('step' in proof) table.lastStep.set(row, proof.step)
      else {
        checkKeyOfDevice(context, proof)
        table.keyId.set(row, proof.keyId)
        table.publicKey.set(row, proof.publicKey)
        table.signatures.set(row, proof.signatures)
      }
      table.registrationChallenge.set(row, null)
      table.expiresAt.set(row, null)
      table.isConfirmed.set(row, true)
    })
  },
})

function checkKeyOfDevice(
  { identity: { factors } }: AccessContext,
  { keyId, publicKey }: Extract<ConfirmFactor['proof'], { keyId: string }>,
): void {
  if (keyId.length === 0 || keyId.length > FACTOR_KEY_ID_LENGTH_MAX)
    refuse('malformed', `expected a key id of 1 to ${FACTOR_KEY_ID_LENGTH_MAX} characters`, {
      field: '/response',
    })
  if (publicKey.length === 0 || publicKey.length > PUBLIC_KEY_LENGTH_MAX)
    refuse('malformed', `expected a key of at most ${PUBLIC_KEY_LENGTH_MAX} characters`, {
      field: '/response',
    })
  if (factors.byKeyId.has(keyId))
    refuse('name_taken', 'the security key is registered already', { field: '/response' })
}
