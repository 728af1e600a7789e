/** A running server with the demo world, and the ways into it of the crypto client. Not exported. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Plain } from '@stemma/core'
import { Secret, TOTP } from 'otpauth'
import type { ManualClock } from '../host/clock.js'
import type { RunningServer } from '../server.js'
import { type DemoOptions, demoIn, runOn, startDemo } from './demo-server.js'
import { testPlace } from './test-place.js'

export interface Key {
  readonly clientId: string
  readonly clientSecret: string
  readonly accountId: number
}

export interface CryptoDesk {
  readonly server: RunningServer
  readonly url: string
  readonly main: Key
  readonly subaccounts: readonly Key[]
  /** Of the main account's one-time codes. */
  readonly totpSecret: string
  /** Of the native API. */
  readonly operatorKey: string
  /** JSON-RPC over POST with id and secret, or as nobody. */
  call(method: string, params?: object, key?: Key | null): Promise<Told>
  /** An operation of the native API as the operator, which has to succeed. */
  operate(method: string, path: string, body?: object): Promise<Told['body']>
  /** A command as the system, which has to succeed. */
  run<Result>(command: string, input: Plain): Promise<Result>
  /** The one-time code of the main account's owner at a time, in milliseconds. */
  codeAt(milliseconds: number): string
  close(): Promise<void>
}

export interface Told {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: tests read what the wire says
  readonly body: any
}

export async function openCryptoDesk(
  clock?: ManualClock,
  { timer, variables = {} }: Omit<DemoOptions, 'clock'> = {},
): Promise<CryptoDesk> {
  const directory = mkdtempSync(join(tmpdir(), 'stemma-crypto-'))
  const place = await testPlace('memory')
  const server = await startDemo(directory, {
    clock,
    timer,
    variables: { STEMMA_STORE: place.setting, ...variables },
  })
  const { deribit, native } = demoIn(directory)
  const { url } = server
  return {
    server,
    url,
    ...deribit,
    operatorKey: native.operator.apiKey,
    async call(method, params = {}, key = deribit.main) {
      const response = await fetch(`${url}/api/v2/${method}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(key === null ? {} : basic(key)) },
        body: JSON.stringify({ jsonrpc: '2.0', id: 7, method, params }),
      })
      return { status: response.status, body: await response.json() }
    },
    async operate(method, path, body) {
      const response = await fetch(`${url}/stemma/v1${path}`, {
        method,
        headers: { 'content-type': 'application/json', authorization: `Bearer ${native.operator.apiKey}` },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const told = await response.json()
      if (!response.ok) throw new Error(`expected ${path} to be done, was ${JSON.stringify(told)}`)
      return told
    },
    run: (command, input) => runOn(server, command, input),
    codeAt(timestamp) {
      return new TOTP({ secret: Secret.fromBase32(deribit.totpSecret) }).generate({ timestamp })
    },
    async close() {
      await server.stop()
      await place.end()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

export const basic = ({ clientId, clientSecret }: Key): { readonly authorization: string } => ({
  authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
})
