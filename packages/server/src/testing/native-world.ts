/** A real HTTP server on a free port over a book of its own, with a small tree in it. For tests of this surface. */
import { randomBytes } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { EXAMPLE } from '@stemma/contract'
import { Engine, type Plain } from '@stemma/core'
import { MemoryKeyShelf } from '@stemma/store'
import fastify from 'fastify'
import { mintApiKey } from '../auth/api-keys.js'
import { Challenges, relyingPartyAt, SecondFactors } from '../auth/factors/index.js'
import { AccessTokens, BearerAuthentication, FailedProofs } from '../auth/index.js'
import { GrpcServer } from '../grpc/index.js'
import { Admission } from '../host/admission.js'
import { systemClock } from '../host/clock.js'
import { EngineHost } from '../host/engine-host.js'
import { PartySealing } from '../host/sealing.js'
import { systemTimer } from '../host/timer.js'
import { ClientAddresses } from '../http/client-address.js'
import { Door } from '../http/door.js'
import { Upgrades } from '../http/upgrades.js'
import { openBookStore } from '../ops/open-store.js'
import { pagesModule } from '../pages/index.js'
import type { Services } from '../services.js'
import { surfaceWith } from '../surfaces/native/index.js'
import { testPlace } from './test-place.js'

export interface World {
  readonly url: string
  readonly host: EngineHost
  readonly engine: Engine
  /** Real ids by the ids that the examples of the contract speak of. */
  readonly ids: Map<string, string>
  /** API keys: the operator's, the firm administrator's, one that only reads, and a stranger's. */
  readonly keys: {
    readonly operator: string
    readonly administrator: string
    readonly reader: string
    readonly stranger: string
  }
  run<Result>(command: string, input: Plain): Promise<Result>
  keyOf(user: number | null, more?: Readonly<Record<string, Plain>>): Promise<string>
  call(method: string, path: string, options?: CallOptions): Promise<Answered>
  stop(): Promise<void>
}

export interface CallOptions {
  readonly key?: string | null
  readonly body?: unknown
  /** Sent as it is. */
  readonly raw?: string | Uint8Array<ArrayBuffer>
  readonly headers?: Readonly<Record<string, string>>
}

export interface Answered {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came
  readonly body: any
}

export async function startWorld({ heartbeatMs = 15_000 } = {}): Promise<World> {
  const engine = new Engine()
  const place = await testPlace('memory')
  const store = await openBookStore({ store: place.setting, dataDirectory: '' })
  engine.resume((await store.load(engine.image)).results)
  await store.takeOver(await store.writer(), 'http://world.test')
  const fatal = (error: Error): never => {
    throw error
  }
  const host = new EngineHost({ engine, store, clock: systemClock(), onFatal: fatal })
  const tokens = new AccessTokens(randomBytes(32) as never)
  const master = { derive: () => randomBytes(32) } as never
  const sealing = new PartySealing(master, new MemoryKeyShelf(), engine, host)
  const authentication = new BearerAuthentication(host, tokens, new FailedProofs(), sealing)
  await authentication.follow()
  const app = fastify({
    // What the composition root sets, with a shorter patience.
    http: {
      maxHeaderSize: 16_384,
      connectionsCheckingInterval: 200,
      headersTimeout: 1_900,
      requestTimeout: 2_000,
    },
    requestTimeout: 2_000,
  })
  const admission = new Admission(null)
  admission.open()
  const address = (): string => `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
  const challenges = new Challenges(randomBytes(32))
  const factors = new SecondFactors(host, sealing, challenges, () => relyingPartyAt(address()))
  const clients = new ClientAddresses(randomBytes(32), systemClock(), app.log)
  const upgrades = new Upgrades(app.server, new Door(admission, clients, null))
  const known = { host, admission, authentication, sealing, factors, tokens, upgrades, log: app.log }
  const services = { ...known, timer: systemTimer, url: address } as unknown as Services
  await surfaceWith({ heartbeatMs }).register(
    app,
    services,
    new GrpcServer({ admission, log: app.log, timer: systemTimer, heartbeatMs: 30_000 }),
  )
  await pagesModule.register(app, services)
  await app.listen({ port: 0, host: '127.0.0.1' })
  const url = address()

  const run = async <Result>(command: string, input: Plain): Promise<Result> => {
    const settled = await host.execute({ command, input, actor: { kind: 'system' } })
    if (settled.kind === 'refused') throw new Error(`${command}: ${JSON.stringify(settled.refusal)}`)
    return settled.result as Result
  }
  const keyOf = async (user: number | null, more: Readonly<Record<string, Plain>> = {}): Promise<string> => {
    const clientId = randomBytes(8).toString('hex')
    const { value, secretHash } = mintApiKey(clientId)
    await run('credentials.create', {
      user,
      party: null,
      kind: 'api_key',
      clientId,
      displayName: 'Key',
      surface: 'native',
      secretHash,
      publicKeys: [],
      scopes: null,
      ipAddresses: [],
      expiresAt: null,
      ...more,
    })
    return value
  }
  const call = async (
    method: string,
    path: string,
    { key, body, raw, headers = {} }: CallOptions = {},
  ): Promise<Answered> => {
    const bearer = key === undefined ? world.keys.operator : key
    const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body))
    const response = await fetch(url + path, {
      method,
      headers: {
        ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
        ...(sent === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(sent === undefined ? {} : { body: sent }),
    })
    const written = await response.text()
    const isJson = (response.headers.get('content-type') ?? '').includes('json')
    return {
      status: response.status,
      headers: response.headers,
      body: isJson ? JSON.parse(written) : written,
    }
  }
  const { ids, users } = await buildTree(run)
  const world: World = {
    url,
    host,
    engine,
    ids,
    keys: {
      operator: await keyOf(users.operator),
      administrator: await keyOf(users.administrator),
      reader: await keyOf(users.operator, { scopes: READING }),
      stranger: await keyOf(users.stranger),
    },
    run,
    keyOf,
    call,
    stop: async () => {
      await app.close()
      await host.stop()
      await store.close()
      await place.end()
    },
  }
  return world
}

const READING = [
  'parties:read',
  'users:read',
  'credentials:read',
  'accounts:read',
  'bindings:read',
  'settings:read',
  'balances:read',
  'funding:read',
  'approvals:read',
  'events:read',
  'access:read',
  'kyc:read',
]

type Run = World['run']

async function buildTree(run: Run) {
  const book = await run<{ party: number; accounts: { outsideWorld: number } }>('book.open', {
    name: 'operator',
    displayName: 'Operator',
    baseCurrency: 'USD',
  })
  const party = async (owner: number, kind: string, name: string) =>
    (
      await run<{ party: number }>('parties.create', {
        owner,
        kind,
        name,
        displayName: name,
        baseCurrency: null,
        isPartner: false,
        isLegallyLiable: false,
        sealedPersonal: null,
      })
    ).party
  const account = async (owner: number, name: string, needsClearing = false) =>
    (
      await run<{ account: number }>('accounts.open', {
        party: owner,
        main: null,
        template: null,
        name,
        displayName: name,
        type: 'cash',
        baseCurrency: null,
        needsClearing,
        attributes: {},
      })
    ).account
  const user = async (owner: number, name: string, roles: string[]) =>
    (
      await run<{ user: number }>('users.create', {
        party: owner,
        name,
        displayName: name,
        sealedEmail: null,
        kyc: null,
        roles,
        scopes: [],
        account: null,
      })
    ).user
  const member = await party(book.party, 'clearing_member', 'member')
  const firm = await party(member, 'participant', 'firm')
  const client = await party(firm, 'client', 'client')
  const foreign = await party(member, 'participant', 'foreign-firm')
  const main = await account(firm, 'acme-1')
  const second = await account(firm, 'acme-2')
  const operator = await user(book.party, 'root', ['operator'])
  const administrator = await user(firm, 'administrator', ['firm_administrator'])
  const stranger = await user(foreign, 'stranger', ['firm_administrator'])
  const trader = await user(firm, 'trader', ['treasurer'])
  await run('deposits.create', {
    account: main,
    currency: 'USD',
    amount: 1_000_000_000n,
    reference: null,
    description: null,
    settle: true,
  })
  const ids = new Map<string, string>([
    [EXAMPLE.operator, `pty_${book.party}`],
    [EXAMPLE.member, `pty_${member}`],
    [EXAMPLE.firm, `pty_${firm}`],
    [EXAMPLE.client, `pty_${client}`],
    [EXAMPLE.account, `acc_${main}`],
    [EXAMPLE.second, `acc_${second}`],
    [EXAMPLE.outside, `acc_${book.accounts.outsideWorld}`],
    [EXAMPLE.user, `usr_${trader}`],
  ])
  return { ids, users: { operator, administrator, stranger, trader } }
}
