/** Several servers on one journal, as processes on one database, with a time that a test moves by hand. Not exported. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Plain } from '@stemma/core'
import { FaultyStore, MemoryJournal, MemoryKeyShelf, MemoryStore } from '@stemma/store'
import { mintApiKey } from '../auth/index.js'
import { ManualClock } from '../host/clock.js'
import { ManualTimer } from '../host/timer.js'
import { readConfiguration } from '../ops/configuration.js'
import { type RunningServer, startServer } from '../server.js'
import { freshFolder } from './book-server.js'
import { SYSTEM } from './host-world.js'
import { START } from './venue.js'

const STEP_MILLISECONDS = 100

export interface Member {
  readonly server: RunningServer
  readonly url: string
  readonly store: FaultyStore
  /** Why it had to stop. */
  readonly fatal: readonly Error[]
  /** Nothing of it runs by itself any more; what comes from outside is still taken. */
  freeze(): void
  run<Result>(command: string, input: Plain): Promise<Result>
}

export interface Succession {
  readonly directory: string
  readonly clock: ManualClock
  /** Starts one more; resolves when it is clear whether it writes. */
  start(variables?: Readonly<Record<string, string>>): Promise<Member>
  /** Milliseconds go by, and everybody who is not frozen does what is due. */
  pass(milliseconds: number): Promise<void>
  /** A key of the operator for the native surface, made by whoever writes, for those addresses alone if any are named. */
  operatorKey(
    member: Member,
    ipAddresses?: readonly string[],
  ): Promise<{ readonly key: string; readonly credential: number }>
  close(): Promise<void>
}

/** Lets what was begun in this turn go on: looks, renewals, answers. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve))
}

export function openSuccession(): Succession {
  const journal = new MemoryJournal()
  const keys = new MemoryKeyShelf()
  const clock = new ManualClock(START)
  const directory = freshFolder()
  const members: Member[] = []
  const timers = new Set<ManualTimer>()
  let now = 0

  const pass = async (milliseconds: number): Promise<void> => {
    for (let left = milliseconds; left > 0; left -= STEP_MILLISECONDS) {
      now += STEP_MILLISECONDS
      for (const timer of timers) timer.advance(STEP_MILLISECONDS)
      for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    }
  }

  const start = async (variables: Readonly<Record<string, string>> = {}): Promise<Member> => {
    const [timer, store] = [new ManualTimer(), new FaultyStore(new MemoryStore(0, journal))]
    const fatal: Error[] = []
    timers.add(timer)
    let server: RunningServer | null = null
    const starting = startServer({
      configuration: readConfiguration({
        STEMMA_PORT: '0',
        STEMMA_GRPC_PORT: '0',
        STEMMA_DATA: join(directory, String(timers.size)),
        STEMMA_SECRET_KEY_FILE: join(directory, 'secret.key'),
        STEMMA_LOG_LEVEL: 'silent',
        STEMMA_WEBHOOK_ALLOW_PRIVATE: '1',
        ...variables,
      }),
      clock,
      timer,
      monotonic: () => now,
      store,
      keys,
      onFatal: (error) => fatal.push(error),
    }).then((started) => {
      server = started
      return started
    })
    while (server === null) {
      await Promise.race([starting, new Promise((resolve) => setImmediate(resolve))])
      await pass(STEP_MILLISECONDS)
    }
    const started = await starting
    const member: Member = {
      server: started,
      url: started.url,
      store,
      fatal,
      freeze: () => timers.delete(timer),
      async run(command, input) {
        const settled = await started.host.execute({ command, input, actor: SYSTEM })
        if (settled.kind === 'refused') throw new Error(`${command}: ${JSON.stringify(settled.refusal)}`)
        return settled.result as never
      },
    }
    members.push(member)
    return member
  }

  return {
    directory,
    clock,
    start,
    pass,
    async operatorKey({ server, run }, ipAddresses = []) {
      const { users } = server.engine.rooms.identity
      const [row] = users.each()
      const clientId = ['successor', ...ipAddresses].join('-')
      const key = mintApiKey(clientId)
      const owner = { user: users.id(row as number), party: null, scopes: null, ipAddresses }
      const { credential } = await run<{ credential: number }>('credentials.create', {
        ...{ ...owner, kind: 'api_key', clientId, displayName: 'Key', surface: 'native' },
        ...{ secretHash: key.secretHash, publicKeys: [], expiresAt: null },
      })
      return { key: key.value, credential }
    },
    async close() {
      for (const { server, store, fatal } of members) {
        store.releaseAppends()
        // One that had to stop cannot end in order: a process would be gone.
        await server.stop().catch((error: Error) => {
          if (!fatal.includes(error)) throw error
        })
      }
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
