/** The steps in the life of a user: suspended and back, and closed for good. */
import type { NodeStatus } from '../hierarchy/index.js'
import type { Row } from '../image/index.js'
import type { AccessContext } from './access.js'
import { pathOfUser } from './checks.js'
import { revoke } from './revoke.js'

export function moveUser(context: AccessContext, row: Row, kind: string, to: NodeStatus): void {
  const { users } = context.identity
  const before = users.status.get(row)
  users.status.set(row, to)
  users.version.set(row, users.version.get(row) + 1)
  context.emit({
    kind,
    subject: `usr_${users.id(row)}`,
    paths: pathOfUser(context, row),
    data: { before, after: to },
  })
}

/** It signs in no more, and what it was given is revoked. */
export function endUser(context: AccessContext, row: Row): void {
  const { users, credentialsOfUser, emailConfirmations } = context.identity
  const user = users.id(row)
  moveUser(context, row, 'user.closed', 'closed')
  emailConfirmations.forget(user)
  for (const credential of credentialsOfUser.of(user)) revoke(context, credential)
}
