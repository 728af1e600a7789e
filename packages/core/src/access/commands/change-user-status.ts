/**
 * `users.suspend`, `users.reactivate`, `users.close`. Nobody suspends or closes itself: it would be a mistake that
 * the one who made it cannot mend. What a suspended user could do counts again when it is reactivated; a closed user
 * stays closed, and its credentials are revoked.
 */
import type { NodeStatus } from '../../hierarchy/index.js'
import type { UserId } from '../../identity/index.js'
import { command } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import type { AccessContext } from '../access.js'
import { checkAnother, checkVersion, keepingAdministrator } from '../checks.js'
import { checkUserGiven } from '../grants.js'
import { endUser, moveUser } from '../user-steps.js'

export type ChangeUserStatus = { readonly user: UserId; readonly version?: number | null }

const changing = (name: string, kind: string, from: readonly NodeStatus[], to: NodeStatus) =>
  command({
    name,
    scope: 'users:write',
    needs: (_context: AccessContext, { user }: ChangeUserStatus) => [
      { ability: 'administer', target: { user } },
    ],
    decide(context, { user, version }) {
      const { users } = context.identity
      const row = users.row(user)
      const before = users.status.get(row)
      checkVersion(version, users.version.get(row))
      if (!from.includes(before)) refuse('transition_invalid', `the user is ${before}`)
      if (to !== 'active') checkAnother(context, user)
      // Reactivating gives the user back all that it has, so it takes as much as giving it.
      if (to === 'active') checkUserGiven(context, user, null)
      keepingAdministrator(context, () => {
        if (to === 'closed') endUser(context, row)
        else moveUser(context, row, kind, to)
      })
      return { user, version: users.version.get(row) }
    },
  })

export const suspendUser = changing('users.suspend', 'user.suspended', ['active'], 'suspended')
export const reactivateUser = changing('users.reactivate', 'user.reactivated', ['suspended'], 'active')
export const closeUser = changing('users.close', 'user.closed', ['active', 'suspended'], 'closed')
