/** Server-sent events over fetch, which sends the key in a header and runs in Node and browsers alike. */
import type { Calls } from '@stemma/contract'
import { pause } from './pause.js'
import { type Problem, StemmaRefusal } from './refusal.js'

export type StemmaEvent = Calls['events.list']['output']['items'][number]

export interface EventFilter {
  readonly under: string
  readonly kinds?: readonly string[]
  /** `sequence.index` of the last event that was seen; from now on unless said. */
  readonly after?: string
}

interface Following {
  readonly baseUrl: string
  readonly filter: EventFilter
  readonly backoffMs: number
  readonly fetch: typeof fetch
  readonly headers: () => Promise<Record<string, string>>
  readonly signal?: AbortSignal
}

/** Reconnects from the last event that was handed out, until the signal is raised or the server says no. */
export async function* followEvents(following: Following): AsyncGenerator<StemmaEvent> {
  const { filter, backoffMs, signal } = following
  let after = filter.after
  let failures = 0
  const isOver = () => signal?.aborted === true
  while (!isOver()) {
    try {
      for await (const { id, event } of streamOnce(following, after)) {
        failures = 0
        after = id
        if (event !== null) yield event
      }
    } catch (thrown) {
      if (isOver()) return
      if (thrown instanceof StemmaRefusal && !thrown.isRetryable) throw thrown
    }
    failures += 1
    await pause(Math.min(backoffMs * 2 ** failures, 10_000), signal)
  }
}

/** Where the stream is, and what happened there: it begins with a place alone, so that nothing is missed from there on. */
interface Told {
  readonly id: string
  readonly event: StemmaEvent | null
}

async function* streamOnce(following: Following, after: string | undefined): AsyncGenerator<Told> {
  const { baseUrl, filter, headers, signal } = following
  const url = new URL('/stemma/v1/events/stream', baseUrl)
  url.searchParams.set('under', filter.under)
  if (filter.kinds !== undefined) url.searchParams.set('kinds', filter.kinds.join(','))
  const response = await following.fetch(url, {
    headers: { ...(await headers()), ...(after === undefined ? {} : { 'last-event-id': after }) },
    ...(signal === undefined ? {} : { signal }),
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
        const told = readBlock(block)
        if (told !== null) yield told
      }
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}

/** Null for comments and for the reason of an ending, which carry no id. */
function readBlock(block: string): Told | null {
  const field = (name: string): string | undefined =>
    block
      .split('\n')
      .find((line) => line.startsWith(`${name}: `))
      ?.slice(name.length + 2)
  const [id, data] = [field('id'), field('data')]
  if (id === undefined) return null
  return { id, event: data === undefined ? null : (JSON.parse(data) as StemmaEvent) }
}
