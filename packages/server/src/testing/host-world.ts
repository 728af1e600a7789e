/** A host over a store in memory whose disk a test holds up or breaks, with a clock moved by hand. Not exported. */
import { type Actor, type Batch, type Engine, Engine as NewEngine, type Plain } from '@stemma/core'
import { FaultyStore, MemoryStore, type Store } from '@stemma/store'
import { ManualClock } from '../host/clock.js'
import { EngineHost } from '../host/engine-host.js'
import type { Request, Settled } from '../services.js'
import { START } from './venue.js'

export const SYSTEM: Actor = { kind: 'system' }

export interface HostWorld {
  readonly engine: Engine
  readonly host: EngineHost
  readonly store: FaultyStore
  readonly clock: ManualClock
  /** What became durable, batch by batch. */
  readonly batches: Batch[]
  readonly fatal: Error[]
  readonly root: number
}

/** An open book, everything of it durable. */
export async function openHost(kept: Store = new MemoryStore()): Promise<HostWorld> {
  const engine = new NewEngine()
  const store = new FaultyStore(kept)
  engine.resume((await store.load(engine.image)).results)
  const [batches, fatal]: [Batch[], Error[]] = [[], []]
  const clock = new ManualClock(START)
  const host = new EngineHost({
    engine,
    store,
    clock,
    onFatal: (error) => fatal.push(error),
    onDurable: (batch) => batches.push(batch),
  })
  if (engine.rooms.hierarchy.parties.size === 0)
    await host.execute({
      command: 'book.open',
      input: { name: 'operator', displayName: 'Operator', baseCurrency: 'USD' },
      actor: SYSTEM,
    })
  const { hierarchy } = engine.rooms
  const root = hierarchy.parties.id(hierarchy.root)
  batches.length = 0
  return { engine, host, store, clock, batches, fatal, root }
}

export const newParty = (owner: number, name: string, more: Partial<Request> = {}): Request => ({
  command: 'parties.create',
  input: {
    owner,
    kind: 'clearing_member',
    name,
    displayName: name,
    baseCurrency: null,
    isPartner: false,
    isLegallyLiable: false,
    sealedPersonal: null,
  },
  actor: SYSTEM,
  ...more,
})

export async function done<Result>({ host }: HostWorld, command: string, input: Plain): Promise<Result> {
  const settled: Settled = await host.execute({ command, input, actor: SYSTEM })
  if (settled.kind !== 'done')
    throw new Error(`expected ${command} to be done, was ${JSON.stringify(settled)}`)
  return settled.result as Result
}

/** A user with every right over the book, and a credential of it. */
export async function operator(world: HostWorld): Promise<{ readonly user: number; readonly actor: Actor }> {
  const { user } = await done<{ user: number }>(world, 'users.create', {
    party: world.root,
    name: 'ada',
    displayName: 'Ada',
    sealedEmail: null,
    kyc: null,
    roles: ['operator'],
    scopes: [],
    account: null,
  })
  const { credential } = await done<{ credential: number }>(world, 'credentials.create', {
    user,
    party: null,
    kind: 'api_key',
    clientId: 'ada',
    displayName: 'Ada',
    surface: 'native',
    secretHash: 'a'.repeat(64),
    publicKeys: [],
    scopes: null,
    ipAddresses: [],
    expiresAt: null,
  })
  world.batches.length = 0
  return {
    user,
    actor: { kind: 'credential', credential, token: null, actingUser: null } as unknown as Actor,
  }
}

/** Lets every turn of the loop pass that a write without a held disk would have needed. */
export async function turns(count = 20): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}
