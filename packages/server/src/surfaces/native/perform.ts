/**
 * From a decoded call to its reply: one performer for each operation, made once at start. A command goes to the
 * engine (or to its preview), a query is read, a history is searched; what only this surface adds (secrets that it
 * makes, personal fields that it seals and opens) is in `prepare` and `present`.
 */
import { awaiting, type Operation, toJson } from '@stemma/contract'
import { type Event, type Plain, type Refusal, Refused } from '@stemma/core'
import type { Host, Request, Services, Settled } from '../../services.js'
import { bodyHash, type Call, type Input, type Prepared, versioned } from './call.js'
import { encodeCursor } from './cursor.js'
import { eventToWire } from './event-wire.js'
import { readFinished } from './finished.js'
import { HISTORIES } from './histories.js'
import { readHistory } from './history.js'
import { PREPARE } from './prepare.js'
import { PRESENT } from './present.js'
import { problem, problemOf, type Reply } from './problem.js'
import { queryInput } from './query-input.js'
import { explained } from './trading/ended-orders.js'
import { ASK } from './trading/prepare.js'
import { eventsWithinReach, executionsOnWire } from './trading/previewed.js'

export type Performer = (call: Call) => Promise<Reply>

export function performer(services: Services, operation: Operation): Performer {
  const guarded =
    (perform: Performer): Performer =>
    async (call) => {
      try {
        return await perform(call)
      } catch (thrown) {
        if (thrown instanceof Refused) return problem(thrown.refusal, call.caller.requestId)
        throw thrown
      }
    }
  if (operation.kind === 'command') {
    const isPlain = !PREPARE.has(operation.name)
    return guarded((call) =>
      isPlain && !call.isDryRun ? runPlain(services, call) : runCommand(services, call),
    )
  }
  if (operation.kind === 'query') return guarded((call) => runQuery(services, call))
  if (operation.kind === 'history') {
    const history = HISTORIES.get(operation.name)
    if (history === undefined) throw new Error(`expected a history of ${operation.name}`)
    const read = history.read ?? ((_services, call) => readHistory(services, history, call))
    return guarded(async (call) => done(operation, await read(services, call)))
  }
  throw new Error(`expected ${operation.name} to be a command, a query or a history`)
}

/** A command that needs nothing prepared: it reaches the engine in the turn that it came in. */
async function runPlain(services: Services, call: Call): Promise<Reply> {
  const settled = await services.host.execute(requestOf(call, plainly(call)))
  return settle(call, settled.kind === 'refused' ? await told(services, call, settled) : settled, NOTHING)
}

const NOTHING = {}

const plainly = (call: Call): Prepared => ({ command: call.operation.name, input: versioned(call) })

async function runCommand(services: Services, call: Call): Promise<Reply> {
  const prepared = await prepare(services, call)
  const request = requestOf(call, prepared)
  if (call.isDryRun) return dryRun(services, call, request)
  const settled = await services.host.execute(request)
  if (settled.kind !== 'refused') await prepared.done?.()
  return settle(call, await told(services, call, settled), prepared)
}

/** The outcome as the caller is told it. */
export async function told(services: Services, call: Call, settled: Settled): Promise<Settled> {
  if (settled.kind !== 'refused') return settled
  return { kind: 'refused', refusal: await explained(services, call, settled.refusal) }
}

/** What the engine is asked, by whom, and under which key. */
export function requestOf(call: Call, prepared: Prepared): Request {
  const { caller, key, input } = call
  return {
    command: prepared.command,
    input: prepared.input,
    actor: caller.actor,
    request: caller.requestId,
    ...(key === null ? {} : { key: { key, bodyHash: bodyHash(call) } }),
    ...(typeof input.reason === 'string' ? { reason: input.reason } : {}),
  }
}

/** At once, but for the few operations that need more than their input. */
export function prepare(services: Services, call: Call): Promise<Prepared> | Prepared {
  const special = PREPARE.get(call.operation.name)
  return special === undefined ? plainly(call) : special(services, call)
}

export function settle(call: Call, settled: Settled, { shown }: Pick<Prepared, 'shown'>): Reply {
  if (settled.kind === 'refused') return problem(settled.refusal, call.caller.requestId)
  const { result, sequence } = settled
  const isReplayed = settled.kind === 'repeated'
  const record = { ...(result as Input), sequence }
  if ('approval' in record && !call.operation.name.startsWith('approvals.')) {
    return { ...text(202, awaiting.encode(record), isReplayed), sequence }
  }
  const wire = call.operation.output.encode(
    shown === undefined ? record : { ...record, ...shownOnce(shown, isReplayed) },
    {},
  )
  return { ...text(200, wire, isReplayed), sequence }
}

/** A secret is shown by the first answer; a repeat shows that there was one. */
const shownOnce = (shown: Input, isReplayed: boolean): Input =>
  isReplayed ? Object.fromEntries(Object.keys(shown).map((name) => [name, null])) : shown

async function dryRun(services: Services, call: Call, request: Request): Promise<Reply> {
  const { host } = services
  const outcome = await host.preview(request)
  if (outcome.kind === 'refused')
    return previewRefused(call, await explained(services, call, outcome.refusal))
  const result = outcome.kind === 'done' ? outcome.result : null
  const events = outcome.kind === 'done' ? outcome.events : []
  return text(200, previewDone(host, result, await eventsWithinReach(host, call, events)), false)
}

function previewDone(host: Host, result: Plain, events: readonly Event[]) {
  const executions = executionsOnWire(host, events)
  return {
    dry_run: true,
    outcome: 'would_succeed',
    result: toJson(result),
    events: events.map(eventToWire),
    ...(executions.length === 0 ? {} : { executions }),
  }
}

const previewRefused = ({ caller }: Call, refusal: Refusal): Reply =>
  text(
    200,
    { dry_run: true, outcome: 'would_be_refused', problem: problemOf(refusal, caller.requestId) },
    false,
  )

async function runQuery(services: Services, call: Call): Promise<Reply> {
  const { operation, caller } = call
  const input = await (ASK.get(operation.name)?.(services, call) ?? call.input)
  const answer = await services.host.read<Plain>(operation.name, caller.actor, queryInput({ input }))
  if (answer.kind === 'refused') {
    const finished = answer.refusal.code === 'not_visible' ? await readFinished(services, call) : null
    return finished === null ? problem(answer.refusal, caller.requestId) : done(operation, finished)
  }
  const present = PRESENT.get(operation.name)
  const record = present === undefined ? paged(answer.result) : await present(services, call, answer.result)
  return { ...done(operation, record), sequence: answer.sequence }
}

/** A list of the engine, or its page with where the next begins, as every list of this surface looks. */
export function paged(result: Plain): Plain {
  if (Array.isArray(result)) return { items: result, nextCursor: null }
  if (typeof result !== 'object' || result === null || !('items' in result)) return result
  const { next = null } = result as { readonly next?: Plain }
  return { ...result, nextCursor: next === null ? null : encodeCursor(next) }
}

function done(operation: Operation, record: unknown): Reply {
  const wire = operation.output.encode(record, {})
  const version = (wire as { readonly version?: unknown } | null)?.version
  return {
    status: 200,
    body: JSON.stringify(wire),
    isProblem: false,
    isReplayed: false,
    etag: typeof version === 'number' ? `"${version}"` : null,
  }
}

const text = (status: number, value: unknown, isReplayed: boolean): Reply => ({
  status,
  body: JSON.stringify(value),
  isProblem: false,
  isReplayed,
  etag: null,
})
