/** `users.set_kyc`: a KYC state of the user's own, or null for its party's. */
import type { KycState } from '../../hierarchy/index.js'
import type { UserId } from '../../identity/index.js'
import { command } from '../../image/index.js'
import type { AccessContext } from '../access.js'
import { checkVersion, pathOfUser } from '../checks.js'

export type SetUserKyc = {
  readonly user: UserId
  readonly kyc: KycState | null
  readonly version?: number | null
}

export const setUserKyc = command({
  name: 'users.set_kyc',
  scope: 'kyc:decide',
  needs: (_context: AccessContext, { user }: SetUserKyc) => [{ ability: 'administer', target: { user } }],
  decide(context, { user, kyc, version }) {
    const { users } = context.identity
    const row = users.row(user)
    const before = users.kyc.get(row)
    checkVersion(version, users.version.get(row))
    users.kyc.set(row, kyc)
    users.version.set(row, users.version.get(row) + 1)
    context.emit({
      kind: 'user.kyc_set',
      subject: `usr_${user}`,
      paths: pathOfUser(context, row),
      data: { before, after: kyc },
    })
    return { user, version: users.version.get(row) }
  },
})
