/**
 * What a dry run tells of trading. A fill has two sides, each with its own money and position: a preview tells a caller
 * the reports of the accounts within its reach, as the events themselves would, and nothing of the other side.
 */
import { execution } from '@stemma/contract'
import { type Event, withoutEquities } from '@stemma/core'
import type { Host } from '../../../services.js'
import type { Call } from '../call.js'
import { executionsIn, isExecution } from './shown.js'

export async function eventsWithinReach(
  host: Host,
  { caller, operation }: Call,
  events: readonly Event[],
): Promise<readonly Event[]> {
  const accounts = new Set(events.filter(isExecution).map(accountOf))
  const reached = new Set<number>()
  for (const account of accounts) {
    const needs = [{ ability: 'read', target: { account: account as never } }] as const
    const allowed = await host.authorize(caller.actor, operation.scope ?? '', needs)
    if (allowed.kind === 'answer') reached.add(account)
  }
  return events
    .filter((event) => !isExecution(event) || reached.has(accountOf(event)))
    .map((event) => ({ ...event, data: withoutEquities(event.data) }))
}

const accountOf = ({ data }: Event): number => (data.order as { readonly account: number }).account

/** The execution reports among the events, on the wire. */
export const executionsOnWire = (host: Host, events: readonly Event[]): readonly unknown[] =>
  executionsIn(host, events.filter(isExecution)).map((each) => execution.encode(each))
