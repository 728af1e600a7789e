/** Operations that the host answers itself: what it keeps besides the book. */
import type { Services } from '../../services.js'
import type { Call } from './call.js'

export type ServiceOperation = (services: Services, call: Call) => Promise<unknown>

export const SERVICES: ReadonlyMap<string, ServiceOperation> = new Map<string, ServiceOperation>([
  ['mailbox.list', async () => ({ items: [], nextCursor: null })],
])
