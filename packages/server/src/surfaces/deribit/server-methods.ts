/** What the server says of itself (section 7). */
import { toMilliseconds } from '@stemma/core'
import type { Method } from './call.js'
import { VenueError } from './errors.js'

const VERSION = '1.2.26'

export const SERVER_METHODS: readonly Method[] = [
  { name: 'public/get_time', kind: 'public', answer: ({ host }) => toMilliseconds(host.now()) },
  { name: 'public/status', kind: 'public', answer: () => ({ locked: 'false' }) },
  {
    name: 'public/test',
    kind: 'public',
    answer({ params, session }) {
      session?.answeredHeartbeat()
      if (params.text('expected_result') === 'exception') throw new VenueError(10001)
      return { version: VERSION }
    },
  },
  { name: 'public/hello', kind: 'socket', answer: () => ({ version: VERSION }) },
]
