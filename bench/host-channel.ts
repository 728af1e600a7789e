/**
 * Our side without HTTP: the engine host in this process, as the server has it behind its surfaces, with access checks,
 * idempotency, the lease of a writer and the store. What falls away is sockets, JSON, and the proof of the API key.
 */
import { createHash } from 'node:crypto'
import { BOOK_SCHEMA, Engine } from '@stemma/core'
import { EngineHost, Lease, type Request, type Settled, systemClock, systemTimer } from '@stemma/server'
import { PostgresStore } from '@stemma/store'
import type { Answered, Channel } from './channel.js'
import type { CredentialActor } from './world.js'

const BODY_HASH = createHash('sha256').update('the body of a request').digest('base64')
const AMOUNT = 10_000n

export interface HostDoor {
  /** One for a single message, however many lines it has. */
  channel(): Channel
  /** Resolves when the tables have reached the journal. */
  drain(): Promise<void>
  close(): Promise<void>
}

export async function openHostDoor(url: string, actor: CredentialActor): Promise<HostDoor> {
  const source = { schemaModule: '@stemma/core', schemaExport: 'BOOK_SCHEMA' }
  const store = new PostgresStore({ url, book: 0, schema: BOOK_SCHEMA, ...source })
  const engine = new Engine()
  engine.resume((await store.load(engine.image)).results)
  await store.takeOver(await store.writer(), 'http://bench')
  const monotonic = (): number => performance.now()
  const fail = (error: Error): void => {
    throw error
  }
  const lease = new Lease(store, monotonic, fail)
  const host = new EngineHost({ engine, store, clock: systemClock(), lease, onFatal: fail })
  host.takeUp()
  const stopRenewing = lease.keepUp(systemTimer)
  return {
    channel: () => new HostChannel(host, actor),
    drain: () => store.settled(),
    close: async () => {
      stopRenewing()
      await host.stop()
      await store.close()
    },
  }
}

/** A line of a message: source, target, key. */
class HostChannel implements Channel {
  constructor(
    private readonly host: EngineHost,
    private readonly actor: CredentialActor,
  ) {}

  ask(message: string, answered: Answered): void {
    const { host } = this
    const requests = message.split('\n').map((line) => this.request(line))
    const settled = requests.length === 1 ? host.execute(requests[0] as Request) : host.executeEach(requests)
    void Promise.resolve(settled).then((all) => {
      const outcomes: readonly Settled[] = Array.isArray(all) ? all : [all as Settled]
      answered(outcomes.every(({ kind }) => kind === 'done') ? 200 : 503, NOTHING)
    })
  }

  close(): void {}

  private request(line: string): Request {
    const [from, to, key] = line.split(' ') as [string, string, string]
    return {
      command: 'transfers.create',
      input: { from: Number(from), to: Number(to), currency: 'USD', amount: AMOUNT, description: null },
      actor: this.actor,
      request: 'req_bench',
      key: { key, bodyHash: BODY_HASH },
    }
  }
}

const NOTHING = Buffer.alloc(0)
