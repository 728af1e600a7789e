/**
 * From a decoded call to its reply: one performer for each operation, made once at start. A command goes to the
 * engine (or to its preview), a query is read, a history is searched; what only this surface adds (secrets that it
 * makes, personal fields that it seals and opens) is in `prepare` and `present`.
 */
import { awaiting, type Operation } from '@stemma/contract'
import { type Event, type Plain, type Refusal, Refused } from '@stemma/core'
import type { Request, Services, Settled } from '../../services.js'
import { bodyHash, type Call, type Input, type Prepared, versioned } from './call.js'
import { encodeCursor } from './cursor.js'
import { eventToWire } from './event-wire.js'
import { readFinished } from './finished.js'
import { HISTORIES, readHistory } from './history.js'
import { PREPARE } from './prepare.js'
import { PRESENT } from './present.js'
import { problem, problemOf, type Reply } from './problem.js'
import { queryInput } from './query-input.js'

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
    return guarded(async (call) => done(operation, await readHistory(services, history, call)))
  }
  throw new Error(`expected ${operation.name} to be a command, a query or a history`)
}

/** A command that needs nothing prepared: it reaches the engine in the turn that it came in. */
const runPlain = async ({ host }: Services, call: Call): Promise<Reply> =>
  settle(call, await host.execute(requestOf(call, plainly(call))), NOTHING)

const NOTHING = {}

const plainly = (call: Call): Prepared => ({ command: call.operation.name, input: versioned(call) })

async function runCommand(services: Services, call: Call): Promise<Reply> {
  const prepared = await prepare(services, call)
  const request = requestOf(call, prepared)
  if (call.isDryRun) return dryRun(services, call, request)
  return settle(call, await services.host.execute(request), prepared)
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
    return text(202, awaiting.encode(record), isReplayed)
  }
  return text(
    200,
    call.operation.output.encode(
      shown === undefined ? record : { ...record, ...shownOnce(shown, isReplayed) },
      {},
    ),
    isReplayed,
  )
}

/** A secret is shown by the first answer; a repeat shows that there was one. */
const shownOnce = (shown: Input, isReplayed: boolean): Input =>
  isReplayed ? Object.fromEntries(Object.keys(shown).map((name) => [name, null])) : shown

async function dryRun({ host }: Services, call: Call, request: Request): Promise<Reply> {
  const outcome = await host.preview(request)
  if (outcome.kind === 'refused') return previewRefused(call, outcome.refusal)
  const result = outcome.kind === 'done' ? outcome.result : null
  const events = outcome.kind === 'done' ? outcome.events : []
  return text(200, previewDone(result, events), false)
}

const previewDone = (result: Plain, events: readonly Event[]) => ({
  dry_run: true,
  outcome: 'would_succeed',
  result,
  events: events.map(eventToWire),
})

const previewRefused = ({ caller }: Call, refusal: Refusal): Reply =>
  text(
    200,
    { dry_run: true, outcome: 'would_be_refused', problem: problemOf(refusal, caller.requestId) },
    false,
  )

async function runQuery(services: Services, call: Call): Promise<Reply> {
  const { operation, caller } = call
  const answer = await services.host.read<Plain>(operation.name, caller.actor, queryInput(call))
  if (answer.kind === 'refused') {
    const finished = answer.refusal.code === 'not_visible' ? await readFinished(services, call) : null
    return finished === null ? problem(answer.refusal, caller.requestId) : done(operation, finished)
  }
  const present = PRESENT.get(operation.name)
  return done(
    operation,
    present === undefined ? paged(answer.result) : present(services, call, answer.result),
  )
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
