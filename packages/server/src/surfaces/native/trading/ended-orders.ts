/**
 * An order that is not open is nowhere for the engine. Whoever could have changed it while it was learns here that it
 * has ended; for everybody else it stays as if it had never been.
 */
import type { Ability, Refusal } from '@stemma/core'
import type { Services } from '../../../services.js'
import type { Call } from '../call.js'

/** What each change takes of the account. */
const CHANGES: ReadonlyMap<string, Ability> = new Map([
  ['orders.cancel', 'cancel'],
  ['orders.replace', 'reduce'],
])

/** The refusal as the caller is told it. */
export async function explained({ host }: Services, call: Call, refusal: Refusal): Promise<Refusal> {
  const { operation, caller, input } = call
  const ability = CHANGES.get(operation.name)
  if (refusal.code !== 'not_visible' || ability === undefined) return refusal
  const [ended] = await host.history('orders', { equals: { id: input.order ?? null }, limit: 1 })
  if (ended === undefined) return refusal
  const needs = [{ ability, target: { account: ended.account as never } }] as const
  const allowed = await host.authorize(caller.actor, operation.scope ?? '', needs)
  if (allowed.kind === 'refused') return allowed.refusal
  const state = String(ended.state)
  return { code: 'order_not_open', detail: `the order is ${state}`, data: { state } }
}
