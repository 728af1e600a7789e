/**
 * `signins.record`: whether a proof of a credential held. Failures are counted and told, and nothing follows from them:
 * neither a private key nor the random secret of an API key is guessed, and its id is no secret, so a lock would protect
 * nothing and let anybody shut its owner out (docs/adr/0010-a-client-is-not-locked.md).
 */
import type { CredentialId } from '../../identity/index.js'
import { command } from '../../image/index.js'
import type { AccessContext } from '../access.js'
import { recordAccess } from '../access-log.js'
import { accountOfCredential } from '../account-keys/account-of.js'
import { visibleRow } from '../checks.js'

export type RecordSignin = {
  readonly credential: CredentialId
  readonly success: boolean
  /** Where it came from, for the access log of the account that the credential speaks for. */
  readonly address?: string | null
}

export const recordSignin = command({
  name: 'signins.record',
  scope: 'system',
  needs: () => [],
  decide(context: AccessContext, { credential, success, address = null }: RecordSignin) {
    const { identity, hierarchy } = context
    const { credentials } = identity
    const row = visibleRow(credentials, credential)
    const failuresInARow = success ? 0 : credentials.failuresInARow.get(row) + 1
    credentials.failuresInARow.set(row, failuresInARow)
    const party = identity.partyOfCredential(row)
    context.emit({
      kind: success ? 'signin.succeeded' : 'signin.failed',
      subject: `key_${credential}`,
      paths: [hierarchy.pathOf(hierarchy.parties.row(party))],
      data: { failuresInARow },
    })
    const account = success ? null : accountOfCredential(context, row)
    if (account !== null)
      recordAccess(context, hierarchy.accounts.id(account), {
        result: 'failure',
        address,
        about: credentials.clientId.get(row),
      })
    return { failuresInARow }
  },
})
