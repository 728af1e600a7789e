/**
 * `factors.update`, `factors.remove` and `factors.reset`. A user changes its own with one of them; who lost them all
 * has them reset by an administrator, which nobody can do for itself.
 */
import type { FactorAssignment, FactorId, UserId } from '../../identity/index.js'
import { command, type Row } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import type { AccessContext } from '../access.js'
import { recordAccessOfUser } from '../access-log.js'
import { checkVersion, pathOfUser } from '../checks.js'
import { checkUserGiven } from '../grants.js'
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

type OfFactor = {
  readonly factor: FactorId
  readonly isProven: boolean
  readonly version?: number | null
}

/** What is absent stays as it is. */
export type UpdateFactor = OfFactor & {
  readonly name?: string
  readonly assignments?: readonly FactorAssignment[]
}

export const updateFactor = command({
  name: 'factors.update',
  scope: 'credentials:write',
  needs: (context: AccessContext, { factor }: UpdateFactor) => needsOfFactor(context, factor),
  decide(context, input) {
    const { table } = context.identity.factors
    const row = ownRow(context, input)
    if (!table.isConfirmed.get(row)) refuse('transition_invalid', 'the second factor is not confirmed yet')
    if (input.name !== undefined) checkFactorName(context, table.user.get(row), input.name, row)
    if (input.assignments !== undefined) checkAssignments(input.assignments)
    return changedFactor(context, row, 'factor.updated', () => {
      if (input.name !== undefined) table.name.set(row, input.name)
      if (input.assignments !== undefined) table.assignments.set(row, input.assignments)
    })
  },
})

export const removeFactor = command({
  name: 'factors.remove',
  scope: 'credentials:write',
  needs: (context: AccessContext, { factor }: OfFactor) => needsOfFactor(context, factor),
  decide(context, input) {
    remove(context, ownRow(context, input))
    return { factor: input.factor }
  },
})

export type ResetFactors = { readonly user: UserId }

export const resetFactors = command({
  name: 'factors.reset',
  scope: 'users:write',
  needs: (_context: AccessContext, { user }: ResetFactors) => [{ ability: 'administer', target: { user } }],
  approval: ({ identity }, { user }) => ({
    kind: 'rights',
    party: identity.users.party.get(identity.users.row(user)),
  }),
  decide(context, { user }) {
    const { factors, users } = context.identity
    if (context.doer.user === user)
      refuse('transition_invalid', 'nobody resets its own second factors; another administrator has to')
    // What they protect lies open to whoever holds a key of the user's, as with a password that is set.
    checkUserGiven(context, user, null)
    const rows = factors.ofUser.of(user)
    for (const row of rows) remove(context, row)
    factors.forgetFailures(user)
    context.emit({
      kind: 'factors.reset',
      subject: `usr_${user}`,
      paths: pathOfUser(context, users.row(user)),
      data: { removed: rows.length },
    })
    return { user, removed: rows.length }
  },
})

/** Forgets a factor that nobody confirmed in time. */
export const expireFactor = (context: AccessContext, row: Row): void => forget(context, row, 'factor.expired')

function remove(context: AccessContext, row: Row): void {
  const { table } = context.identity.factors
  if (table.isConfirmed.get(row)) recordAccessOfUser(context, table.user.get(row), 'disabled_tfa')
  forget(context, row, 'factor.removed')
}

function forget(context: AccessContext, row: Row, kind: string): void {
  emitOfFactor(context, row, kind, factorView(context, row))
  context.identity.factors.table.remove(row)
}

function ownRow(context: AccessContext, { factor, isProven, version }: OfFactor): Row {
  const { table } = context.identity.factors
  const row = table.row(factor)
  requireSelf(context, table.user.get(row))
  checkVersion(version, table.version.get(row))
  requireProof(context, table.user.get(row), isProven)
  return row
}
