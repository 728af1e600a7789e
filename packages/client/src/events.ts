/** Streams of server-sent events over fetch, which sends the key in a header and runs in Node and browsers alike. */
import type { AnnouncementTold, Calls, MarketView } from '@stemma/contract'
import type { Addresses } from './addresses.js'
import { pause } from './pause.js'
import { type Problem, StemmaRefusal, StemmaUnreachable } from './refusal.js'

export type StemmaEvent = Calls['events.list']['output']['items'][number]

export interface EventFilter {
  readonly under: string
  readonly kinds?: readonly string[]
  /** `sequence.index` of the last event that was seen; from now on unless said. */
  readonly after?: string
}

/** An execution report of drop copy; `event` says where to resume behind it. */
export type StemmaExecution = Calls['drop_copy.list']['output']['items'][number]

export interface DropCopyFilter {
  readonly under: string
  /** The `event` of the last report that was seen; from now on unless said. */
  readonly after?: string
}

/** The market of one instrument: a snapshot, or the update that takes its place. */
export type StemmaMarket = MarketView

export interface MarketFilter {
  /** Ids or symbols; `['all']` for every instrument. */
  readonly instruments: readonly string[]
  /** Levels of each side; 10 unless said. */
  readonly depth?: number
}

/** What the house tells everybody, as it is published and as it is withdrawn. */
export type StemmaAnnouncement = AnnouncementTold

interface Following {
  readonly addresses: Addresses
  /** Below `/stemma/v1`. */
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  /** Where it goes on; from now on where it is left out. */
  readonly after?: string | undefined
  readonly backoffMs: number
  readonly fetch: typeof fetch
  readonly headers: () => Promise<Record<string, string>>
  readonly signal?: AbortSignal
}

/**
 * Reconnects from the last that was handed out, until the signal is raised or the server says no, be it that it cannot
 * read on: once that may pass, twice in the same place it does not.
 */
export async function* follow<Item>(following: Following): AsyncGenerator<Item> {
  const { addresses, backoffMs, signal } = following
  let { after } = following
  let failures = 0
  let hasFailed = false
  const isOver = () => signal?.aborted === true
  while (!isOver()) {
    const { current } = addresses
    try {
      for await (const told of streamOnce(following, current, after)) {
        if ('failed' in told) {
          if (hasFailed) throw told.failed
          hasFailed = true
          break
        }
        const { id, event } = told
        failures = 0
        hasFailed = false
        after = id ?? after
        if (event !== null) yield event as Item
      }
    } catch (thrown) {
      if (isOver()) return
      if (thrown instanceof StemmaRefusal && !thrown.isRetryable) throw thrown
      addresses.learn(current, thrown)
    }
    failures += 1
    await pause(Math.min(backoffMs * 2 ** failures, 10_000), signal)
  }
}

/** Where the stream is, and what happened there: it begins with a place alone, so that nothing is missed from there on. */
interface Told {
  /** Null where the stream cannot be resumed: it begins anew with a snapshot. */
  readonly id: string | null
  readonly event: unknown
}

/** The server could not read what comes next. */
interface Failed {
  readonly failed: StemmaRefusal
}

async function* streamOnce(
  following: Following,
  baseUrl: string,
  after: string | undefined,
): AsyncGenerator<Told | Failed> {
  const { path, query, headers, signal } = following
  const url = new URL(`/stemma/v1${path}?${new URLSearchParams(query)}`, baseUrl)
  const response = await following
    .fetch(url, {
      headers: { ...(await headers()), ...(after === undefined ? {} : { 'last-event-id': after }) },
      ...(signal === undefined ? {} : { signal }),
    })
    .catch((cause) => {
      throw new StemmaUnreachable(`nobody answered at ${baseUrl}`, cause)
    })
  if (!response.ok || response.body === null) throw new StemmaRefusal((await response.json()) as Problem)
  const decoder = new TextDecoder()
  const reader = response.body.getReader()
  let unread = ''
  try {
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return
      unread += decoder.decode(value, { stream: true })
      const blocks = unread.split('\n\n')
      unread = blocks.pop() ?? ''
      for (const block of blocks) {
        if (block === FAILED) yield { failed: streamFailed(response.headers.get('x-request-id') ?? '') }
        const told = readBlock(block)
        if (told !== null) yield told
      }
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}

const FAILED = 'event: closed\ndata: {"reason":"failed"}'

/** As the answer to a request would be that cannot be read. */
const streamFailed = (requestId: string): StemmaRefusal =>
  new StemmaRefusal({
    type: '/docs/refusals#internal',
    title: 'Something went wrong on our side',
    status: 500,
    code: 'internal',
    detail: 'the stream has ended: the server could not read what comes next, and its log says why',
    retryable: false,
    request_id: requestId,
  })

/** Null for comments and for the reason of an ending. */
function readBlock(block: string): Told | null {
  const field = (name: string): string | undefined =>
    block
      .split('\n')
      .find((line) => line.startsWith(`${name}: `))
      ?.slice(name.length + 2)
  const [id, data] = [field('id'), field('data')]
  if ((id === undefined && data === undefined) || field('event') === 'closed') return null
  return { id: id ?? null, event: data === undefined ? null : JSON.parse(data) }
}
