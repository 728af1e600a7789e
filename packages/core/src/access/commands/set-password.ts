/** `users.set_password`: keeps the hash that the host made; the password itself never comes here. */
import type { UserId } from '../../identity/index.js'
import { command } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import type { AccessContext } from '../access.js'
import { recordAccessOfUser } from '../access-log.js'
import { checkSealed, checkVersion, pathOfUser } from '../checks.js'
import { checkUserGiven, requireAdministerOrSelf } from '../grants.js'

export type SetPassword = {
  readonly user: UserId
  /** Null takes the password away. */
  readonly passwordHash: string | null
  readonly version?: number | null
}

export const setPassword = command({
  name: 'users.set_password',
  scope: 'users:write',
  needs: (_context: AccessContext, { user }: SetPassword) => [{ ability: 'read', target: { user } }],
  approval: ({ identity }, { user }) => ({
    kind: 'rights',
    party: identity.users.party.get(identity.users.row(user)),
  }),
  decide(context, { user, passwordHash, version }) {
    const { users } = context.identity
    const row = users.row(user)
    requireAdministerOrSelf(context, user)
    checkVersion(version, users.version.get(row))
    checkSealed(passwordHash, '/password')
    if (users.status.get(row) === 'closed') refuse('transition_invalid', 'the user is closed')
    checkUserGiven(context, user, null)
    users.passwordHash.set(row, passwordHash)
    users.version.set(row, users.version.get(row) + 1)
    context.emit({
      kind: 'user.password_set',
      subject: `usr_${user}`,
      paths: pathOfUser(context, row),
      data: { password: 'changed' },
    })
    recordAccessOfUser(context, user, 'changed_password')
    return { user, version: users.version.get(row) }
  },
})
