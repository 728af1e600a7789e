/** What the commands of factors look at before they change one. */
import { checkDisplayName } from '../../hierarchy/index.js'
import {
  FACTOR_ASSIGNMENTS,
  FACTOR_NAME_LENGTH_MAX,
  type FactorAssignment,
  type FactorId,
  type UserId,
} from '../../identity/index.js'
import { type Need, NO_ROW, type Row } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import { type AccessContext, isSystem } from '../access.js'
import { checkNoRepeat, pathOfUser } from '../checks.js'
import { NOWHERE } from '../places.js'
import { factorView } from './view.js'

/** Who may see a factor sees its user. */
export function needsOfFactor({ identity: { factors } }: AccessContext, factor: FactorId): Need[] {
  const row = factors.table.find(factor)
  return [{ ability: 'read', target: row === NO_ROW ? NOWHERE : { user: factors.table.user.get(row) } }]
}

/** Whoever registers a factor knows what proves it, so nobody does it for somebody else or in somebody's name. */
export function requireSelf({ doer }: AccessContext, user: UserId): void {
  if (!isSystem(doer) && (doer.user !== user || doer.onBehalfOf !== null))
    refuse('level_insufficient', 'a second factor is its user’s own to set up and to change')
}

/**
 * Whoever has a factor needs it for changing its factors, so that a stolen key alone can neither add one nor take one
 * away. `isProven` is the server's word that a factor was asked for and was right.
 */
export function requireProof(context: AccessContext, user: UserId, isProven: boolean): void {
  if (isProven || isSystem(context.doer)) return
  if (context.identity.factors.confirmedOf(user).length > 0)
    refuse('second_factor_required', 'one of the user’s second factors is needed for a change of them')
}

export function checkFactorName(
  context: AccessContext,
  user: UserId,
  name: string,
  except: Row = NO_ROW,
): void {
  const { factors } = context.identity
  checkDisplayName(name, '/name')
  if ([...name].length > FACTOR_NAME_LENGTH_MAX)
    refuse('malformed', `expected at most ${FACTOR_NAME_LENGTH_MAX} characters`, { field: '/name' })
  if (factors.ofUser.of(user).some((row) => row !== except && factors.table.name.get(row) === name))
    refuse('name_taken', 'another second factor of the user is called so', { field: '/name' })
}

export function checkAssignments(assignments: readonly FactorAssignment[]): void {
  if (assignments.length === 0 || !assignments.every((each) => FACTOR_ASSIGNMENTS.includes(each)))
    refuse('malformed', `expected some of ${FACTOR_ASSIGNMENTS.join(', ')}`, { field: '/assignments' })
  checkNoRepeat(assignments, '/assignments')
}

/** Counts the change and tells of it. */
export function changedFactor(context: AccessContext, row: Row, kind: string, change: () => void) {
  const { identity } = context
  const { table } = identity.factors
  const before = factorView(context, row)
  change()
  table.version.set(row, table.version.get(row) + 1)
  emitOfFactor(context, row, kind, { before, after: factorView(context, row) })
  return { factor: table.id(row), version: table.version.get(row) }
}

export function emitOfFactor(
  context: AccessContext,
  row: Row,
  kind: string,
  data: Parameters<AccessContext['emit']>[0]['data'],
): void {
  const { factors, users } = context.identity
  context.emit({
    kind,
    subject: `fac_${factors.table.id(row)}`,
    paths: pathOfUser(context, users.row(factors.table.user.get(row))),
    data,
  })
}
