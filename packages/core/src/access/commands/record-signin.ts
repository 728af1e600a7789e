/**
 * `signins.record`: whether a proof of a credential held. So many failures in a row lock it for a while: no token is
 * issued for it then, and tokens that it has stay good. A client signs with a private key, which nobody guesses, and its
 * id is no secret: a lock would protect nothing and let anybody shut it out, so its failures are counted only.
 */
import type { CredentialId } from '../../identity/index.js'
import { after, command, SECOND } from '../../image/index.js'
import type { AccessContext } from '../access.js'
import { visibleRow } from '../checks.js'

export type RecordSignin = { readonly credential: CredentialId; readonly success: boolean }

export const recordSignin = command({
  name: 'signins.record',
  scope: 'system',
  needs: () => [],
  decide(context: AccessContext, { credential, success }: RecordSignin) {
    const { identity, hierarchy, settings, now } = context
    const { credentials } = identity
    const row = visibleRow(credentials, credential)
    const lockedUntil = credentials.lockedUntil.get(row)
    const failures =
      success || (lockedUntil !== null && lockedUntil <= now) ? 0 : credentials.failuresInARow.get(row)
    const failuresInARow = success ? 0 : failures + 1
    credentials.failuresInARow.set(row, failuresInARow)
    const party = identity.partyOfCredential(row)
    const lockSeconds = settings.effective('signin.lock_seconds', party, now)
    const isLockable = credentials.kind.get(row) !== 'client'
    if (isLockable && failuresInARow >= settings.effective('signin.failures_max', party, now))
      credentials.lockedUntil.set(row, after(now, lockSeconds * SECOND))
    else if (success || failuresInARow === 1) credentials.lockedUntil.set(row, null)
    const until = credentials.lockedUntil.get(row)
    context.emit({
      kind: success ? 'signin.succeeded' : 'signin.failed',
      subject: `key_${credential}`,
      paths: [hierarchy.pathOf(hierarchy.parties.row(party))],
      data: { failuresInARow, lockedUntil: until },
    })
    return { failuresInARow, lockedUntil: until }
  },
})
