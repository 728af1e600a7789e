/** A running server with one surface and a small firm in its book, spoken to over HTTP. Not exported. */
import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto'
import { type Instant, instant, type Plain, SECOND } from '@stemma/core'
import Fastify, { type FastifyInstance } from 'fastify'
import { type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose'
import { AccessTokens, BearerAuthentication, TokenEndpoint } from '../auth/index.js'
import { makeOutbound } from '../host/outbound.js'
import { polymarketUs, scopesMeant, scopesShown } from '../surfaces/polymarket-us/index.js'
import { BookHost } from './book-host.js'

/** 2026-01-05T15:00:00Z, a Monday, 10:00 in New York. */
export const START = instant(1_767_625_200_000_000)
export const AUDIENCE = 'https://api.venue.test'
export const TOKEN_URL = 'https://auth.venue.test/oauth/token'
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const MASTER_KEY = new Uint8Array(32).fill(7)

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
  readonly host: BookHost
  readonly app: FastifyInstance
  readonly url: string
  run<Result>(command: string, input: Plain): Promise<Result>
  move(seconds: number): void
  send(method: string, path: string, options?: SendOptions): Promise<Answered>
  /** A second server on the same journal; this one is closed. */
  restart(): Promise<Venue>
  close(): Promise<void>
}

export interface SendOptions {
  readonly token?: string
  readonly json?: unknown
  readonly raw?: string | Uint8Array
  readonly headers?: Readonly<Record<string, string>>
}

export async function startVenue(host: BookHost = new BookHost(START)): Promise<Venue> {
  const app = Fastify({ logger: false, requestTimeout: 5_000 })
  const tokens = new AccessTokens(MASTER_KEY)
  const authentication = new BearerAuthentication(host, tokens)
  await authentication.follow()
  const addresses = () => ({
    tokenUrls: [TOKEN_URL],
    issuer: 'https://auth.venue.test/',
    audiences: [AUDIENCE],
  })
  const options = {
    path: '/oauth/token',
    surface: 'polymarket-us',
    addresses,
    scopesMeant,
    scopesShown,
  } as const
  await new TokenEndpoint(host, tokens, options).register(app)
  const sealing = {
    seal: (_party: number, plain: string) => `sealed:${plain}`,
    open: (_party: number, sealed: string) => sealed.slice(7),
  }
  const outbound = makeOutbound({ mayReachPrivateAddresses: true })
  const reached = { host, authentication, sealing, tokens, outbound, log: app.log, url: () => AUDIENCE }
  await polymarketUs.register(app, reached)
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  return {
    host,
    app,
    url,
    async run(command, input) {
      const outcome = await host.execute({ command, input, actor: { kind: 'system' } })
      if (outcome.kind === 'refused') throw new Error(`${command}: ${JSON.stringify(outcome.refusal)}`)
      return outcome.result as never
    },
    move(seconds) {
      host.time = (host.time + seconds * SECOND) as Instant
    },
    send: (method, path, options = {}) => send(url + path, method, options),
    async restart() {
      await app.close()
      return startVenue(new BookHost(host.time, host.journal))
    },
    close: () => app.close(),
  }
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
  const now = Math.floor(venue.host.time / SECOND)
  const payload = {
    iss: clientId,
    sub: clientId,
    aud: TOKEN_URL,
    iat: now,
    exp: now + 300,
    jti: randomUUID(),
    ...claims,
  }
  return new SignJWT(JSON.parse(JSON.stringify(payload)))
    .setProtectedHeader({ alg: 'RS256', ...header })
    .sign(privateKey)
}

export const tokenBody = (clientId: string, signed: string): Record<string, unknown> => ({
  grant_type: 'client_credentials',
  client_id: clientId,
  client_assertion_type: ASSERTION_TYPE,
  client_assertion: signed,
  audience: AUDIENCE,
})

export async function exchange(
  venue: Venue,
  clientId: string,
  signed: string,
  more: Record<string, unknown> = {},
): Promise<Answered> {
  return venue.send('POST', '/oauth/token', { json: { ...tokenBody(clientId, signed), ...more } })
}

export async function signIn(venue: Venue, clientId: string, keys: Keys): Promise<string> {
  const answered = await exchange(venue, clientId, await assertion(venue, clientId, keys))
  if (answered.status !== 200) throw new Error(`expected a token, was ${answered.text}`)
  return answered.body.access_token
}
