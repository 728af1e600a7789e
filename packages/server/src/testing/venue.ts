/** A running server with one surface and a small firm in its book, spoken to over HTTP. Not exported. */
import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { instant, type Plain, SECOND } from '@stemma/core'
import { type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose'
import { ManualClock } from '../host/clock.js'
import type { EngineHost } from '../host/engine-host.js'
import type { ManualTimer } from '../host/timer.js'
import { readConfiguration } from '../ops/configuration.js'
import { type RunningServer, type ServerOptions, startServer } from '../server.js'
import { type TestPlace, testPlace } from './test-place.js'

/** 2026-01-05T15:00:00Z, a Monday, 10:00 in New York. */
export const START = instant(1_767_625_200_000_000)
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

export const rsaKey = (): Keys => generateKeyPairSync('rsa', { modulusLength: 2048 })
export interface Keys {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}
export const pemOf = ({ publicKey }: Keys): string =>
  publicKey.export({ type: 'spki', format: 'pem' }).toString()

export interface Answered {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests read what the wire says
  readonly body: any
  readonly text: string
}

export interface Venue {
  readonly clock: ManualClock
  readonly server: RunningServer
  readonly host: EngineHost
  readonly url: string
  readonly tokenUrl: string
  run<Result>(command: string, input: Plain): Promise<Result>
  seal(party: number, plain: string): Promise<string>
  move(seconds: number): void
  send(method: string, path: string, options?: SendOptions): Promise<Answered>
  /** A second process on the same data directory and port; this one is stopped. */
  restart(): Promise<Venue>
  close(): Promise<void>
}

export interface SendOptions {
  readonly token?: string
  readonly json?: unknown
  readonly raw?: string | Uint8Array
  readonly headers?: Readonly<Record<string, string>>
}

/** What a test of the server's own pace sets. */
type Pace = Pick<ServerOptions, 'requestMilliseconds'> & { readonly timer?: ManualTimer }

export async function startVenue(store: 'memory' | 'sqlite' = 'memory', pace: Pace = {}): Promise<Venue> {
  const directory = mkdtempSync(join(tmpdir(), 'stemma-venue-'))
  return startOn(directory, await testPlace(store), await freePort(), new ManualClock(START), false, pace)
}

async function startOn(
  directory: string,
  place: TestPlace,
  port: number,
  clock: ManualClock,
  isRestart: boolean,
  pace: Pace,
): Promise<Venue> {
  const variables = {
    STEMMA_PORT: String(port),
    STEMMA_GRPC_PORT: '0',
    STEMMA_DATA: directory,
    STEMMA_STORE: place.setting,
    STEMMA_WEBHOOK_ALLOW_PRIVATE: '1',
    STEMMA_LOG_LEVEL: 'silent',
  }
  const server = await startServer({
    configuration: readConfiguration(variables),
    clock,
    ...pace,
  })
  if (isRestart && server.made !== null) throw new Error('expected the book of before')
  const { host, url } = server
  return {
    clock,
    server,
    host,
    url,
    tokenUrl: `${url}/oauth/token`,
    async run(command, input) {
      const outcome = await host.execute({ command, input, actor: { kind: 'system' } })
      if (outcome.kind === 'refused') throw new Error(`${command}: ${JSON.stringify(outcome.refusal)}`)
      return outcome.result as never
    },
    seal: (party, plain) => server.services.sealing.seal(party, plain),
    move: (seconds) => clock.advance(seconds * SECOND),
    send: (method, path, options = {}) => send(url + path, method, options),
    async restart() {
      await server.stop()
      return startOn(directory, place, port, clock, true, pace)
    },
    async close() {
      await server.stop()
      await place.end()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** A port that was free a moment ago, so that a restart keeps its address. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}

async function send(
  url: string,
  method: string,
  { token, json, raw, headers }: SendOptions,
): Promise<Answered> {
  const body = json === undefined ? raw : JSON.stringify(json)
  const response = await fetch(url, {
    method,
    redirect: 'manual',
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: body as never }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, body: parsed(text) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** Claims as the venue's documentation makes them; a claim that is undefined is left out. */
export function assertion(
  venue: Venue,
  clientId: string,
  { privateKey }: Keys,
  claims: JWTPayload = {},
  header: Partial<JWTHeaderParameters> = {},
): Promise<string> {
  const now = Math.floor(venue.clock.now() / SECOND)
  const payload = {
    iss: clientId,
    sub: clientId,
    aud: venue.tokenUrl,
    iat: now,
    exp: now + 300,
    jti: randomUUID(),
    ...claims,
  }
  return new SignJWT(JSON.parse(JSON.stringify(payload)))
    .setProtectedHeader({ alg: 'RS256', ...header })
    .sign(privateKey)
}

export const tokenBody = (venue: Venue, clientId: string, signed: string): Record<string, unknown> => ({
  grant_type: 'client_credentials',
  client_id: clientId,
  client_assertion_type: ASSERTION_TYPE,
  client_assertion: signed,
  audience: venue.url,
})

export async function exchange(
  venue: Venue,
  clientId: string,
  signed: string,
  more: Record<string, unknown> = {},
): Promise<Answered> {
  return venue.send('POST', '/oauth/token', { json: { ...tokenBody(venue, clientId, signed), ...more } })
}

export async function signIn(venue: Venue, clientId: string, keys: Keys): Promise<string> {
  const answered = await exchange(venue, clientId, await assertion(venue, clientId, keys))
  if (answered.status !== 200) throw new Error(`expected a token, was ${answered.text}`)
  return answered.body.access_token
}
