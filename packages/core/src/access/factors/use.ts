/**
 * `factors.use` and `factors.fail`: what came of a factor that the host has looked at. A right one is good once; wrong
 * ones are counted, and five in a row lock the factors of the user for a minute, each further one for twice as long, up
 * to an hour. Only the server gives these commands.
 */
import {
  type AssertionId,
  FACTOR_FAILURES_MAX,
  FACTOR_LOCKED_FIRST,
  FACTOR_LOCKED_MOST,
  type FactorFailuresId,
  type FactorId,
  type UserId,
} from '../../identity/index.js'
import { after, command, type Instant, NO_ROW, SECOND } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import type { AccessContext } from '../access.js'
import { pathOfUser, visibleRow } from '../checks.js'
import { emitOfFactor } from './checks.js'

/** The challenge that was answered: it is good once, whether the answer was right or not. Null where there was none. */
export type ChallengeUse = { readonly use: string; readonly expiresAt: Instant } | null

export type UseFactor = {
  readonly factor: FactorId
  /** The step of the code, for one-time codes. */
  readonly step: number | null
  /** What the authenticator counts, for a security key. */
  readonly signatures: number | null
  readonly challenge: ChallengeUse
}

export const useFactor = command({
  name: 'factors.use',
  scope: 'system',
  needs: () => [],
  decide(context: AccessContext, { factor, step, signatures, challenge }: UseFactor) {
    const { factors } = context.identity
    const { table } = factors
    const row = visibleRow(table, factor)
    const user = table.user.get(row)
    if (!table.isConfirmed.get(row)) refuse('second_factor_invalid', 'the second factor is not confirmed')
    checkUnlocked(context, user)
    takeChallenge(context, challenge)
    if (step !== null) {
      if (step <= table.lastStep.get(row))
        refuse('second_factor_used', 'the code was used before', { field: '/code' })
      table.lastStep.set(row, step)
    }
    if (signatures !== null) table.signatures.set(row, signatures)
    table.lastUsedAt.set(row, context.now)
    factors.forgetFailures(user)
    emitOfFactor(context, row, 'factor.used', { user, kind: table.kind.get(row) })
    return { factor }
  },
})

export type FailFactor = { readonly user: UserId; readonly challenge: ChallengeUse }

export const failFactor = command({
  name: 'factors.fail',
  scope: 'system',
  needs: () => [],
  decide(context: AccessContext, { user, challenge }: FailFactor) {
    const { identity, image, now } = context
    const { factors, users } = identity
    const userRow = visibleRow(users, user)
    checkUnlocked(context, user)
    takeChallenge(context, challenge)
    const known = factors.failureRow(user)
    const row =
      known === NO_ROW
        ? factors.failures.insert(image.newId<FactorFailuresId>(), { user, inARow: 0, lockedUntil: null })
        : known
    const failuresInARow = factors.failures.inARow.get(row) + 1
    const lockedUntil = lockEnd(failuresInARow, now)
    factors.failures.inARow.set(row, failuresInARow)
    factors.failures.lockedUntil.set(row, lockedUntil)
    context.emit({
      kind: 'factor.failed',
      subject: `usr_${user}`,
      paths: pathOfUser(context, userRow),
      data: { failuresInARow, lockedUntil },
    })
    return { failuresInARow, lockedUntil }
  },
})

function lockEnd(failuresInARow: number, now: Instant): Instant | null {
  const doublings = failuresInARow - FACTOR_FAILURES_MAX
  if (doublings < 0) return null
  return after(now, Math.min(FACTOR_LOCKED_FIRST * 2 ** doublings, FACTOR_LOCKED_MOST))
}

/** Until when the factors of a user are locked, or null. */
export function factorsLockedUntil(
  { identity: { factors }, now }: AccessContext,
  user: UserId,
): Instant | null {
  const row = factors.failureRow(user)
  const until = row === NO_ROW ? null : factors.failures.lockedUntil.get(row)
  return until !== null && until > now ? until : null
}

function checkUnlocked(context: AccessContext, user: UserId): void {
  const until = factorsLockedUntil(context, user)
  if (until !== null)
    refuse('second_factor_locked', 'too many second factors in a row were wrong', {
      data: { waitSeconds: secondsUntil(until, context.now) },
    })
}

/** Whole seconds, rounded up. */
export const secondsUntil = (until: Instant, now: Instant): number => Math.ceil((until - now) / SECOND)

function takeChallenge({ identity, image, now }: AccessContext, challenge: ChallengeUse): void {
  if (challenge === null) return
  const { use, expiresAt } = challenge
  if (expiresAt <= now || identity.assertionByUse.find(use) !== NO_ROW)
    refuse('second_factor_used', 'the challenge was answered before', { field: '/challenge' })
  identity.assertions.insert(image.newId<AssertionId>(), { use, expiresAt })
}
