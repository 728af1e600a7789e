/** Whether a user may sign in with its password. */
import type { Row } from '../image/index.js'
import type { AccessContext } from './access.js'
import { recordLoginSwitch } from './access-log.js'
import { revokeTokensOf } from './revoke.js'

/** Disabling ends every session of the user at once; its keys stay, as they are no login. */
export function switchLogin(context: AccessContext, user: Row, isEnabled: boolean): void {
  const { users, credentials, credentialsOfUser } = context.identity
  if (users.isLoginEnabled.get(user) !== isEnabled) recordLoginSwitch(context, users.id(user), isEnabled)
  users.isLoginEnabled.set(user, isEnabled)
  if (isEnabled) return
  for (const credential of credentialsOfUser.of(users.id(user)))
    revokeTokensOf(context, credentials.id(credential))
}
