/** A call of an operation, whichever way it came: by request, in a batch, or over a socket. */
import { hash } from 'node:crypto'
import type { Operation } from '@stemma/contract'
import { type Actor, type Plain, refuse } from '@stemma/core'
import type { OrdersOfConnection } from '../../host/orders-of-connection.js'
import type { Services } from '../../services.js'

export interface Caller {
  readonly actor: Extract<Actor, { kind: 'credential' }>
  readonly requestId: string
}

export type Input = Readonly<Record<string, Plain>>

export interface Call {
  readonly operation: Operation
  /** As the caller wrote it: what an idempotency key is compared by. */
  readonly wire: unknown
  /** As the engine takes it. */
  readonly input: Input
  readonly caller: Caller
  readonly key: string | null
  readonly version: number | null
  readonly isDryRun: boolean
  /** What ends with the socket that it came over; null where it came by a request. */
  readonly connection: OrdersOfConnection | null
}

/** What a call was prepared to: the engine's input, and what only this answer may show. */
export interface Prepared {
  readonly command: string
  readonly input: Plain
  readonly shown?: Readonly<Record<string, Plain>>
  /** What this surface does itself once the command is done. */
  readonly done?: () => Promise<void>
}

export type Prepare = (services: Services, call: Call) => Promise<Prepared>

/** Brings an answer of the engine into the shape of the contract, at once or after opening what is sealed in it. */
export type Present = (services: Services, call: Call, result: Plain) => unknown

export const KEY_LENGTH_MAX = 255

export function checkKey(key: string): string {
  return key.length >= 1 && key.length <= KEY_LENGTH_MAX && /^[\x20-\x7e]+$/.test(key)
    ? key
    : refuse('malformed', `expected an idempotency key of 1 to ${KEY_LENGTH_MAX} printable characters`, {
        field: '/idempotency_key',
      })
}

export const bodyHash = ({ wire, version }: Call): string =>
  hash('sha256', version === null ? JSON.stringify(wire) : `${version}${JSON.stringify(wire)}`, 'base64')

/** The input with the version that it changes; a reason is the cause that the engine keeps with the movement. */
export function versioned({ operation, input, version }: Call): Input {
  const caused = typeof input.reason === 'string' ? { ...input, cause: input.reason } : input
  return operation.ifMatch ? { ...caused, version } : caused
}
