/**
 * What every command ends with, and what goes on between commands. A command's own changes are in the figures when it
 * ends; what prices have changed is restated in steps that leave most of the time to other traffic.
 */
import { after, type Event, MILLISECOND, NO_ROW, type Row } from '../image/index.js'
import { checkLosses } from './limits/index.js'
import type { MarginContext } from './margin.js'
import type { RevaluationId } from './portfolio-fields.js'
import { tellEquities } from './standard/equities.js'
import { checkMaintenance } from './standard/liquidation.js'

/** How long other traffic has the engine to itself between two steps. */
export const REVALUATION_PAUSE = 10 * MILLISECOND
/** Holders that one step looks at, and accounts and positions that it restates: about a millisecond of work. */
export const HOLDERS_OF_STEP = 2_500
export const ACCOUNTS_OF_STEP = 500
export const POSITIONS_OF_STEP = 2_500

/** A command begins. */
export function beginFigures({ margin }: MarginContext): void {
  const { revaluations, stale, portfolios } = margin
  stale.know(revaluations.size > 0 && revaluations.nextStepAt.get(revaluationRow(margin)) !== null)
  portfolios.begin()
}

/**
 * A command has decided: the figures follow what it did, and a step is due where prices have overtaken others. Its own
 * events are the last `count` of `events`.
 */
export function finishFigures(context: MarginContext, events: Event[], count: number): void {
  const { margin } = context
  const accounts = margin.portfolios.finish(context)
  checkLosses(context, accounts)
  checkMaintenance(context, accounts)
  if (!margin.stale.isEmpty) scheduleStep(context)
  tellEquities(context, events, count)
}

/** A step of restating, that is due. */
export function revalue(context: MarginContext): void {
  const { margin, horizon } = context
  const { stale, portfolios, revaluations } = margin
  stale.look(HOLDERS_OF_STEP, (account) => stale.cover(account))
  const taken = stale.take(ACCOUNTS_OF_STEP, POSITIONS_OF_STEP)
  portfolios.restate(context, taken)
  checkLosses(context, taken)
  checkMaintenance(context, taken)
  const next = stale.isEmpty ? null : after(horizon, REVALUATION_PAUSE)
  revaluations.nextStepAt.set(revaluationRow(margin), next)
}

function scheduleStep({ margin, image, horizon }: MarginContext): void {
  const { revaluations } = margin
  const at = after(horizon, REVALUATION_PAUSE)
  if (revaluations.size === 0) revaluations.insert(image.newId<RevaluationId>(), { nextStepAt: at })
  const row = revaluationRow(margin)
  if (revaluations.nextStepAt.get(row) === null) revaluations.nextStepAt.set(row, at)
}

/** The one row of the table, or NO_ROW before anything had to be restated. */
function revaluationRow({ revaluations }: MarginContext['margin']): Row {
  for (const row of revaluations.each()) return row
  return NO_ROW
}
