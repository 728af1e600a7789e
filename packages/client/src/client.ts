/** The client: every operation by name or by group, repeated safely, with pages and events as async iterators. */
import type { Calls, OperationName } from '@stemma/contract'
import { Addresses } from './addresses.js'
import {
  type DropCopyFilter,
  type EventFilter,
  follow,
  type MarketFilter,
  type StemmaAnnouncement,
  type StemmaEvent,
  type StemmaExecution,
  type StemmaMarket,
} from './events.js'
import { inQuery } from './in-query.js'
import { pause } from './pause.js'
import { type Problem, StemmaRefusal, StemmaUnreachable } from './refusal.js'
import { ROUTES } from './routes.js'

export interface ClientOptions {
  /** Where the server is; of a book with standbys all its processes, so that the one that writes is found. */
  readonly baseUrl: string | readonly string[]
  /** An API key, an access token, or what gets a fresh one. */
  readonly apiKey: string | (() => Promise<string>)
  /** The user on whose behalf a party's credential acts. */
  readonly actingUser?: string
  /**
   * Attempts in all, where nobody answers or the server is busy; 4 unless said, and 10 with several addresses, which is
   * longer than a standby takes to take over.
   */
  readonly attemptsMax?: number
  /** After how long an attempt counts as not answered; 30,000 unless said. */
  readonly timeoutMs?: number
  /** Waiting before the second attempt; doubles each time, up to a second. 100 unless said. */
  readonly backoffMs?: number
  readonly fetch?: typeof fetch
}

export interface CallOptions {
  /** Writes get one of their own unless it is given; a repeat under the same key is answered with the first answer. */
  readonly idempotencyKey?: string
  readonly ifMatch?: number
  readonly dryRun?: boolean
  readonly signal?: AbortSignal
}

type Group = OperationName extends `${infer G}.${string}` ? G : never
type Verb<G extends string> = Extract<OperationName, `${G}.${string}`> extends `${G}.${infer V}` ? V : never

/** `client.transfers.create(…)`: one method for each operation. */
export type Grouped = {
  readonly [G in Group]: {
    readonly [V in Verb<G>]: Method<Extract<OperationName, `${G}.${V}`>>
  }
}

type Method<N extends OperationName> = (
  input: Calls[N]['input'],
  options?: CallOptions,
) => Promise<Calls[N]['output']>

/** What a list gives item by item. */
export type ItemOf<N extends OperationName> = Calls[N]['output'] extends {
  readonly items: readonly (infer Item)[]
}
  ? Item
  : never

const ANSWER_MILLISECONDS_MAX = 30_000
const BACKOFF_MILLISECONDS_MAX = 1_000

class Calling {
  private readonly send: typeof fetch
  private readonly addresses: Addresses

  constructor(private readonly options: ClientOptions) {
    this.addresses = new Addresses(options.baseUrl)
    this.send = options.fetch ?? globalThis.fetch.bind(globalThis)
  }

  async call<N extends OperationName>(
    operation: N,
    input: Calls[N]['input'],
    options: CallOptions = {},
  ): Promise<Calls[N]['output']> {
    const [method, path, isWrite] = ROUTES[operation]
    const request = requestOf(method, path, input as Record<string, unknown>, options)
    const key = isWrite && options.dryRun !== true ? (options.idempotencyKey ?? crypto.randomUUID()) : null
    const { addresses } = this
    const { attemptsMax = addresses.areSeveral ? 10 : 4, backoffMs = 100 } = this.options
    for (let attempt = 1; ; attempt += 1) {
      const { current } = addresses
      try {
        return (await this.once(current, method, request, key, options)) as Calls[N]['output']
      } catch (thrown) {
        addresses.learn(current, thrown)
        if (!isWorthRepeating(thrown) || attempt >= attemptsMax || options.signal?.aborted === true)
          throw thrown
        await pause(Math.min(backoffMs * 2 ** (attempt - 1), BACKOFF_MILLISECONDS_MAX), options.signal)
      }
    }
  }

  /** Every item of a list, page by page as they are asked for. */
  async *items<N extends OperationName>(
    operation: N,
    input: Calls[N]['input'],
    options: CallOptions = {},
  ): AsyncGenerator<ItemOf<N>> {
    for (let cursor: string | null = null; ; ) {
      const asked = (cursor === null ? input : { ...(input as object), cursor }) as Calls[N]['input']
      const page = (await this.call(operation, asked, options)) as {
        items: readonly ItemOf<N>[]
        next_cursor?: string | null
      }
      yield* page.items
      cursor = page.next_cursor ?? null
      if (cursor === null) return
    }
  }

  /** Events as they become durable, from behind `after` on; goes on where it was when the connection breaks. */
  events({ under, kinds, after }: EventFilter, signal?: AbortSignal): AsyncGenerator<StemmaEvent> {
    const query = kinds === undefined ? { under } : { under, kinds: kinds.join(',') }
    return this.follow('/events/stream', query, after, signal)
  }

  /** Execution reports of a subtree, resumed like events: each at least once, in order. */
  dropCopy({ under, after }: DropCopyFilter, signal?: AbortSignal): AsyncGenerator<StemmaExecution> {
    return this.follow('/drop-copy/stream', { under }, after, signal)
  }

  /** The market of instruments; after a break it begins anew with snapshots. */
  marketData({ instruments, depth }: MarketFilter, signal?: AbortSignal): AsyncGenerator<StemmaMarket> {
    const names = { instruments: instruments.join(',') }
    const query = depth === undefined ? names : { ...names, depth: String(depth) }
    return this.follow('/market-data/stream', query, undefined, signal)
  }

  /** Announcements as they come and go; what came and went during a break is in `announcements.list`. */
  followAnnouncements(signal?: AbortSignal): AsyncGenerator<StemmaAnnouncement> {
    return this.follow('/announcements/stream', {}, undefined, signal)
  }

  private follow<Item>(
    path: string,
    query: Readonly<Record<string, string>>,
    after: string | undefined,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Item> {
    const { backoffMs = 100 } = this.options
    return follow<Item>({
      addresses: this.addresses,
      path,
      query,
      after,
      backoffMs,
      fetch: this.send,
      headers: () => this.headers(),
      ...(signal === undefined ? {} : { signal }),
    })
  }

  private async headers(): Promise<Record<string, string>> {
    const { apiKey, actingUser } = this.options
    const token = typeof apiKey === 'string' ? apiKey : await apiKey()
    return {
      authorization: `Bearer ${token}`,
      ...(actingUser === undefined ? {} : { 'stemma-acting-user': actingUser }),
    }
  }

  private async once(
    baseUrl: string,
    method: string,
    { url, body }: Prepared,
    key: string | null,
    { ifMatch, signal }: CallOptions,
  ): Promise<unknown> {
    const headers = {
      ...(await this.headers()),
      ...(body === null ? {} : { 'content-type': 'application/json' }),
      ...(key === null ? {} : { 'idempotency-key': key }),
      ...(ifMatch === undefined ? {} : { 'if-match': `"${ifMatch}"` }),
    }
    const late = AbortSignal.timeout(this.options.timeoutMs ?? ANSWER_MILLISECONDS_MAX)
    let response: Response
    let written: string
    try {
      response = await this.send(new URL(url, baseUrl), {
        method,
        headers,
        ...(body === null ? {} : { body }),
        signal: signal === undefined ? late : AbortSignal.any([signal, late]),
      })
      written = await response.text()
    } catch (cause) {
      throw new StemmaUnreachable(`nobody answered at ${baseUrl}`, cause)
    }
    const answer = parse(written)
    if (response.ok && answer !== undefined) return answer
    if (isProblem(answer)) throw new StemmaRefusal(answer)
    throw new StemmaUnreachable(`expected an answer of the API, was HTTP ${response.status}`)
  }
}

/** Nobody answered, or the server was busy. What else may pass later, such as a balance too small, is the caller's. */
const isWorthRepeating = (thrown: unknown): boolean =>
  thrown instanceof StemmaUnreachable ||
  (thrown instanceof StemmaRefusal && (thrown.status === 429 || thrown.status === 503))

interface Prepared {
  readonly url: string
  readonly body: string | null
}

function requestOf(
  method: string,
  path: string,
  input: Record<string, unknown>,
  { dryRun }: CallOptions,
): Prepared {
  const rest = { ...input }
  const place = path.replaceAll(/\{([a-z_]+)\}/g, (_whole, name: string) => {
    const value = rest[name]
    delete rest[name]
    return encodeURIComponent(String(value))
  })
  const isInBody = method !== 'GET' && method !== 'DELETE'
  const query = new URLSearchParams()
  if (!isInBody)
    for (const [name, value] of Object.entries(rest)) if (value != null) query.set(name, inQuery(value))
  if (dryRun === true) query.set('dry_run', 'true')
  const asked = query.size === 0 ? '' : `?${query}`
  return { url: `/stemma/v1${place}${asked}`, body: isInBody ? JSON.stringify(rest) : null }
}

function parse(written: string): unknown {
  try {
    return JSON.parse(written)
  } catch {
    return undefined
  }
}

const isProblem = (answer: unknown): answer is Problem =>
  typeof answer === 'object' && answer !== null && 'code' in answer && 'retryable' in answer

export type StemmaClient = Calling & Grouped

/** `new StemmaClient({ baseUrl, apiKey })`: the calls, and a group of methods for each resource. */
export const StemmaClient = class extends Calling {
  constructor(options: ClientOptions) {
    super(options)
    const groups: Record<string, Record<string, unknown>> = {}
    for (const name of Object.keys(ROUTES) as OperationName[]) {
      const [group, verb] = name.split('.') as [string, string]
      groups[group] = {
        ...groups[group],
        [verb]: (input: never, more?: CallOptions) => this.call(name, input, more),
      }
    }
    // `events` is both a group and the stream: the stream keeps its name and carries the group's methods.
    const { events, ...others } = groups
    Object.assign(this, others)
    Object.defineProperty(this, 'events', {
      value: Object.assign(
        (filter: EventFilter, signal?: AbortSignal) => super.events(filter, signal),
        events,
      ),
    })
  }
} as new (
  options: ClientOptions,
) => StemmaClient
