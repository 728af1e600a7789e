/** Batches: up to 500 commands in one request, each on its own or all or nothing, a result for each in order. */
import { findOperation } from '@stemma/contract'
import { type Refusal, Refused, refuse } from '@stemma/core'
import type { FastifyRequest } from 'fastify'
import type { Services, Settled } from '../../services.js'
import { type Call, type Caller, checkKey, type Input, type Prepared } from './call.js'
import { prepare, requestOf, settle, told } from './perform.js'
import { problem, type Reply } from './problem.js'
import { parseStrictJson } from './strict-json.js'
import { explained } from './trading/ended-orders.js'

export const BATCH_COMMANDS_MAX = 500

interface Item {
  readonly call: Call
  readonly prepared: Prepared
}

export function batchHandler(services: Services) {
  return async (request: FastifyRequest, caller: Caller): Promise<Reply> => {
    const { mode, commands } = shapeOf(request)
    const items = await itemsOf(services, commands, caller)
    const replies =
      mode === 'each' ? await runEach(services, items, caller) : await runLinked(services, items, caller)
    return {
      status: 200,
      body: `{"results":[${replies.map(resultOf).join(',')}]}`,
      isProblem: false,
      isReplayed: false,
      etag: null,
    }
  }
}

const resultOf = ({ status, body, isProblem, isReplayed }: Reply): string =>
  isProblem
    ? `{"status":${status},"problem":${body}}`
    : `{"status":${status},${isReplayed ? '"replayed":true,' : ''}"result":${body}}`

function shapeOf({ body, query }: FastifyRequest): {
  mode: 'each' | 'all_or_nothing'
  commands: readonly unknown[]
} {
  if (Object.keys(query as object).length > 0)
    refuse('malformed', 'a batch takes no query; run its commands alone to preview them', { field: '/' })
  const parsed = Buffer.isBuffer(body) ? parseStrictJson(body) : null
  const {
    mode = 'each',
    commands,
    ...rest
  } = (typeof parsed === 'object' && parsed !== null ? parsed : {}) as Record<string, unknown>
  const [unknown] = Object.keys(rest)
  if (unknown !== undefined)
    refuse('malformed', 'expected mode and commands only', { field: `/${unknown.slice(0, 64)}` })
  if (mode !== 'each' && mode !== 'all_or_nothing')
    return refuse('malformed', 'expected each or all_or_nothing', { field: '/mode' })
  if (!Array.isArray(commands) || commands.length === 0 || commands.length > BATCH_COMMANDS_MAX)
    return refuse('malformed', `expected 1 to ${BATCH_COMMANDS_MAX} commands`, { field: '/commands' })
  return { mode, commands }
}

/** Most need no preparing; only those that do are waited for, each while the others go on. */
async function itemsOf(
  services: Services,
  commands: readonly unknown[],
  caller: Caller,
): Promise<readonly (Item | Refusal)[]> {
  const items = commands.map((command, at) => itemOf(services, command, at, caller))
  return items.some((item) => item instanceof Promise)
    ? Promise.all(items)
    : (items as readonly (Item | Refusal)[])
}

function itemOf(
  services: Services,
  command: unknown,
  at: number,
  caller: Caller,
): Promise<Item | Refusal> | Item | Refusal {
  try {
    const call = callOf(command, `/commands/${at}`, caller)
    const prepared = prepare(services, call)
    return prepared instanceof Promise
      ? prepared.then((ready) => ({ call, prepared: ready }), refusalOf)
      : { call, prepared }
  } catch (thrown) {
    return refusalOf(thrown)
  }
}

function refusalOf(thrown: unknown): Refusal {
  if (thrown instanceof Refused) return thrown.refusal
  throw thrown
}

export const FIELDS_OF_COMMAND: readonly string[] = ['operation', 'input', 'idempotency_key', 'if_match']

/** What a way in says besides the command itself: a socket's message has a few more fields. */
export interface Way extends Pick<Call, 'isDryRun' | 'connection'> {
  readonly fields: readonly string[]
}

const BY_BATCH: Way = { isDryRun: false, connection: null, fields: FIELDS_OF_COMMAND }

/** A command as batches and sockets write it. */
export function callOf(
  command: unknown,
  at: string,
  caller: Caller,
  { isDryRun, connection, fields }: Way = BY_BATCH,
): Call {
  if (typeof command !== 'object' || command === null)
    return refuse('malformed', 'expected an object', { field: at || '/' })
  const given = command as Record<string, unknown>
  for (const name in given)
    if (!fields.includes(name))
      refuse('malformed', 'expected a field of a command', { field: `${at}/${name.slice(0, 64)}` })
  const operation = typeof given.operation === 'string' ? findOperation(given.operation) : undefined
  if (operation === undefined || (at !== '' && !operation.isWrite))
    return refuse('unknown_operation', 'expected the name of a command', { field: `${at}/operation` })
  const { input = {}, idempotency_key: key, if_match: version } = given
  if (version !== undefined && !(operation.ifMatch && Number.isSafeInteger(version) && Number(version) > 0))
    refuse('malformed', 'expected a version, for an operation that takes one', { field: `${at}/if_match` })
  if (key !== undefined && typeof key !== 'string')
    return refuse('malformed', 'expected text', { field: `${at}/idempotency_key` })
  return {
    operation,
    wire: input,
    input: operation.input.decode(input, `${at}/input`) as Input,
    caller,
    key: key === undefined ? null : checkKey(key),
    version: version === undefined ? null : Number(version),
    isDryRun,
    connection,
  }
}

const isItem = (item: Item | Refusal): item is Item => 'call' in item

async function runEach(
  services: Services,
  items: readonly (Item | Refusal)[],
  caller: Caller,
): Promise<Reply[]> {
  const settled = await services.host.executeEach(
    items.filter(isItem).map(({ call, prepared }) => requestOf(call, prepared)),
  )
  let next = 0
  return Promise.all(
    items.map(async (item) =>
      isItem(item)
        ? settle(item.call, await told(services, item.call, settled[next++] as Settled), item.prepared)
        : problem(item, caller.requestId),
    ),
  )
}

async function runLinked(
  services: Services,
  items: readonly (Item | Refusal)[],
  caller: Caller,
): Promise<Reply[]> {
  const faulty = items.findIndex((item) => !isItem(item))
  if (faulty >= 0) return allRefused(items, faulty, items[faulty] as Refusal, caller)
  const ready = items as readonly Item[]
  const { outcomes, failedAt } = await services.host.executeLinked(
    ready.map(({ call, prepared }) => requestOf(call, prepared)),
  )
  if (failedAt !== null) {
    const failed = outcomes[failedAt] as Extract<Settled, { kind: 'refused' }>
    const refusal = await explained(services, (ready[failedAt] as Item).call, failed.refusal)
    return allRefused(items, failedAt, refusal, caller)
  }
  return ready.map(({ call, prepared }, at) => settle(call, outcomes[at] as Settled, prepared))
}

const allRefused = (
  items: readonly unknown[],
  failedAt: number,
  refusal: Refusal,
  { requestId }: Caller,
): Reply[] =>
  items.map((_item, at) =>
    at === failedAt
      ? problem(refusal, requestId)
      : problem({ code: 'batch_refused', detail: `command ${failedAt} of the batch was refused` }, requestId),
  )
