/** A whole server in this process, on a free port, over a disk that a test holds up. Not exported. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BOOK_SCHEMA, type Event, type Plain } from '@stemma/core'
import { FaultyStore, SqliteStore, type Store } from '@stemma/store'
import { ManualClock } from '../host/clock.js'
import { readConfiguration } from '../ops/configuration.js'
import { openBookStore } from '../ops/open-store.js'
import { type RunningServer, startServer } from '../server.js'
import { SYSTEM } from './host-world.js'
import { testPlace } from './test-place.js'
import { START } from './venue.js'

export interface BookServer {
  readonly server: RunningServer
  readonly url: string
  readonly clock: ManualClock
  readonly store: FaultyStore
  readonly fatal: Error[]
  readonly root: number
  run<Result>(command: string, input: Plain): Promise<Result>
  party(name: string): Promise<number>
  /** Changes something that no test looks at, durably: the server goes on from there at the clock's time. */
  poke(): Promise<void>
  /** Registers an endpoint with a sealed secret. */
  webhook(url: string, kinds: readonly string[], secret: string): Promise<number>
  /** Resolves with the events of these kinds when there are so many of them. */
  events(kinds: readonly string[], count: number): Promise<readonly Event[]>
  close(): Promise<void>
}

export const freshFolder = (): string => mkdtempSync(join(tmpdir(), 'stemma-server-'))

/** The embedded store, as the server opens it itself. */
export const openStore = (dataDirectory: string): Store =>
  SqliteStore.open({
    dataDirectory,
    book: 0,
    schema: BOOK_SCHEMA,
    schemaModule: '@stemma/core',
    schemaExport: 'BOOK_SCHEMA',
  })

export interface BookOptions {
  readonly kept?: Store
  readonly clock?: ManualClock
  readonly directory?: string
  readonly variables?: Readonly<Record<string, string>>
}

export async function startBook({
  kept,
  clock = new ManualClock(START),
  directory = freshFolder(),
  variables = {},
}: BookOptions = {}): Promise<BookServer> {
  const place = await testPlace('memory')
  const configuration = readConfiguration({
    STEMMA_PORT: '0',
    STEMMA_GRPC_PORT: '0',
    STEMMA_DATA: directory,
    // A store of the test's own has its keys where the directory is, so that a later start finds them.
    STEMMA_STORE: kept === undefined ? place.setting : 'sqlite',
    STEMMA_LOG_LEVEL: 'silent',
    STEMMA_WEBHOOK_ALLOW_PRIVATE: '1',
    ...variables,
  })
  const store = new FaultyStore(kept ?? (await openBookStore(configuration)))
  const fatal: Error[] = []
  const server = await startServer({
    configuration,
    clock,
    store,
    onFatal: (error) => fatal.push(error),
  })
  const { host, engine, services } = server
  const { hierarchy } = engine.rooms
  const root = hierarchy.parties.id(hierarchy.root)
  const run = async <Result>(command: string, input: Plain): Promise<Result> => {
    const settled = await host.execute({ command, input, actor: SYSTEM })
    if (settled.kind === 'refused') throw new Error(`${command}: ${JSON.stringify(settled.refusal)}`)
    return settled.result as Result
  }
  let pokes = 0
  return {
    server,
    url: server.url,
    clock,
    store,
    fatal,
    root,
    run,
    async party(name) {
      const more = { baseCurrency: null, isPartner: false, isLegallyLiable: false, sealedPersonal: null }
      const input = { owner: root, kind: 'clearing_member', name, displayName: name, ...more }
      return (await run<{ party: number }>('parties.create', input)).party
    },
    async poke() {
      const more = { type: 'fully_collateralised', baseCurrency: null, needsClearing: false, attributes: {} }
      pokes += 1
      await run('accounts.open', {
        party: root,
        main: null,
        name: `poke-${clock.now()}-${pokes}`,
        displayName: 'P',
        ...more,
      })
    },
    async webhook(url, kinds, secret) {
      const sealedSecret = await services.sealing.seal(root, secret)
      return (await run<{ webhook: number }>('webhooks.register', { party: root, url, kinds, sealedSecret }))
        .webhook
    },
    async events(kinds, count) {
      const seen: Event[] = []
      const subscribed = await new Promise<{ close(): void }>((resolve, reject) => {
        const subscription = host.subscribe(
          SYSTEM,
          { under: null, kinds },
          { sequence: 0, index: 0 },
          (event) => {
            seen.push(event)
            if (seen.length >= count)
              void subscription.then((answer) => answer.kind === 'answer' && resolve(answer.result))
            return true
          },
        )
        subscription.catch(reject)
      })
      subscribed.close()
      return seen
    },
    async close() {
      await server.stop()
      await place.end()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
