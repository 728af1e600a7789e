/** What the server says of itself (section 7). */
import { toMilliseconds } from '@stemma/core'
import type { Services } from '../../services.js'
import type { Method } from './call.js'
import { VenueError } from './errors.js'
import { contracts, isOver } from './instruments.js'

const VERSION = '1.2.26'

const isLocked = (state: string): boolean => state === 'suspended' || state === 'halted'

/** Indexes of which nothing can be traded, since every contract that follows one is suspended or halted. */
export async function lockedIndexes({ host }: Pick<Services, 'host'>): Promise<{
  readonly locked: readonly string[]
  readonly count: number
}> {
  const open = new Map<string, boolean>()
  for (const contract of await contracts({ host })) {
    if (isOver(contract)) continue
    const { index } = contract
    open.set(index, (open.get(index) ?? false) || !isLocked(contract.state))
  }
  const locked = [...open].filter(([, isOpen]) => !isOpen).map(([index]) => index)
  return { locked: locked.sort(), count: open.size }
}

async function status(services: Pick<Services, 'host'>): Promise<unknown> {
  const { locked, count } = await lockedIndexes(services)
  if (locked.length === 0) return { locked: 'false' }
  return { locked: locked.length === count ? 'true' : 'partial', locked_indices: locked }
}

export const SERVER_METHODS: readonly Method[] = [
  { name: 'public/get_time', kind: 'public', answer: ({ host }) => toMilliseconds(host.now()) },
  { name: 'public/status', kind: 'public', answer: status },
  {
    name: 'public/test',
    kind: 'public',
    answer({ params, session }) {
      session?.answeredHeartbeat()
      if (params.text('expected_result') === 'exception') throw new VenueError(10001)
      return { version: VERSION }
    },
  },
  {
    name: 'public/hello',
    kind: 'socket',
    answer({ params }) {
      for (const name of ['client_name', 'client_version']) params.requiredText(name)
      return { version: VERSION }
    },
  },
]
