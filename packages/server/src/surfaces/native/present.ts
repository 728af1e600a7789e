/** Answers of the engine that this surface has to bring into the shape of the contract before they are written. */
import type { Plain } from '@stemma/core'
import type { Services } from '../../services.js'
import type { Call } from './call.js'

export type Present = (services: Services, call: Call, result: Plain) => unknown

export const PRESENT: ReadonlyMap<string, Present> = new Map<string, Present>([
  ['approvals.get', (_services, _call, result) => result],
])
