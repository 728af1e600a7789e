/**
 * Faults on purpose, each in one part of a simulated process: what a careless change could do to the product. They
 * stand here and nowhere in it; the proof is worth something only where it notices every one.
 */
import { type Batch, EVENTS, type Event, type HistoryRow, NO_ROW, type TableImages } from '@stemma/core'
import { EngineHost, type HostOptions, Lease, Standby, type StandbyOptions } from '@stemma/server'
import { type Appended, MemoryStore, type Store } from '@stemma/store'
import { RecordingEngine } from '../simulator/recording-engine.js'
import { type Parts, SOUND_PARTS } from '../simulator/simulated-process.js'

/** True each time so many calls have gone by. */
const everyNth = (count: number): (() => boolean) => {
  let called = 0
  return () => {
    called += 1
    return called % count === 0
  }
}

/** A store that does something otherwise than the one that it wraps. */
const storeWith = (store: Store, change: Partial<Store>): Store =>
  new Proxy(store, {
    get(target, name) {
      const from = name in change ? change : target
      const found: unknown = Reflect.get(from, name)
      return typeof found === 'function' ? found.bind(from) : found
    },
  })

const withStore = (change: (store: Store) => Partial<Store>): Parts => ({
  ...SOUND_PARTS,
  wrapStore: (store) => storeWith(store, change(store)),
})

const withBatch = (change: (batch: Batch) => Batch): Parts =>
  withStore((store) => ({ append: (batch) => store.append(change(batch)) }))

const withEngine = (change: (engine: RecordingEngine) => void): Parts => ({
  ...SOUND_PARTS,
  makeEngine() {
    const engine = new RecordingEngine()
    change(engine)
    return engine
  },
})

const withHost = (change: (host: EngineHost, options: HostOptions) => void): Parts => ({
  ...SOUND_PARTS,
  makeHost(options) {
    const host = new EngineHost(options)
    change(host, options)
    return host
  },
})

const withStandby = (change: (options: StandbyOptions) => Partial<StandbyOptions>): Parts => ({
  ...SOUND_PARTS,
  makeStandby: (options) => new Standby({ ...options, ...change(options) }),
})

const NEVER_WRITTEN: Appended = { batch: 0, hash: '' }

function acknowledgeBeforeAppend(): Parts {
  return withStore((store) => ({
    append(batch) {
      store.append(batch).catch(() => {})
      return Promise.resolve(NEVER_WRITTEN)
    },
  }))
}

function acknowledgeAFailedAppend(): Parts {
  return withStore((store) => ({ append: (batch) => store.append(batch).catch(() => NEVER_WRITTEN) }))
}

function answerAReadBeforeItIsDurable(): Parts {
  return withHost((host, { engine, clock }) => {
    const read = async (...[name, actor, input]: Parameters<EngineHost['read']>): Promise<object> => {
      const answer = engine.read(name, actor, input, clock.now())
      return { kind: 'refusal' in answer ? 'refused' : 'answer', ...answer }
    }
    Object.assign(host, { read })
  })
}

function skipAnUndo(): Parts {
  const isSkipped = everyNth(2)
  return withEngine(({ image: { work } }) => {
    const undoTo = work.undoTo.bind(work)
    const changes = (): unknown[] => Reflect.get(work, 'changes')
    work.undoTo = (mark) => {
      // The last change stays, and nothing remembers what was there before.
      if (changes().length > mark && isSkipped()) changes().pop()
      undoTo(mark)
    }
  })
}

function missAHook(): Parts {
  const isMissed = everyNth(5)
  return withEngine(({ rooms: { hierarchy } }) => {
    const { hooks } = hierarchy.accounts
    const hook = hooks.at(-1)
    if (hook === undefined) throw new Error('expected a table with hooks')
    const inserted = (row: number): void => (isMissed() ? undefined : hook.inserted(row))
    hooks[hooks.length - 1] = { inserted, removing: (row) => hook.removing(row) }
  })
}

function dropARow(): Parts {
  const isDropped = everyNth(20)
  const without = ([first, ...others]: readonly TableImages[]): readonly TableImages[] =>
    first === undefined ? [] : [{ ...first, rows: first.rows.slice(1) }, ...others]
  return withBatch((batch) => (isDropped() ? { ...batch, images: without(batch.images) } : batch))
}

function acceptAStaleWriter(): Parts {
  return {
    ...SOUND_PARTS,
    openStore: (journal) => Object.assign(new MemoryStore(0, journal), { assertWrites: () => {} }),
  }
}

function keepNoLease(): Parts {
  return {
    ...SOUND_PARTS,
    makeLease: (...given) => Object.defineProperty(new Lease(...given), 'isHeld', { get: () => true }),
  }
}

function waitForNobody(): Parts {
  return withStandby(({ monotonic }) => ({ monotonic: () => 1_000 * monotonic() }))
}

function forgetKeysWhileStandingBy(): Parts {
  return withStandby(({ host }) => ({
    host: { replay: (batches) => host.replay(batches.map((batch) => ({ ...batch, results: [] }))) },
  }))
}

function forgetAResult(): Parts {
  return withBatch((batch) => ({ ...batch, results: batch.results.slice(1) }))
}

function forgetKeysAtAStart(): Parts {
  return withEngine((engine) => {
    const resume = engine.resume.bind(engine)
    engine.resume = () => resume([])
  })
}

function deliverBeforeItIsDurable(): Parts {
  return {
    ...SOUND_PARTS,
    makeHost(options) {
      const append = (batch: Batch): Promise<Appended> => {
        options.onDurable?.(batch, 0)
        return options.store.append(batch)
      }
      return new EngineHost({ ...options, store: storeWith(options.store, { append }) })
    },
  }
}

function loseADueItem(): Parts {
  const isLost = everyNth(2)
  return withEngine(({ image: { due } }) => {
    const push: (entry: object) => void = Reflect.get(due, 'push').bind(due)
    Object.assign(due, { push: (entry: object) => (isLost() ? undefined : push(entry)) })
  })
}

function stepAProcessTwice(): Parts {
  return withEngine(({ rooms: { processes } }) => {
    const step = processes.step.bind(processes)
    processes.step = (...given) => {
      step(...given)
      step(...given)
    }
  })
}

function doubleARetriedAppend(): Parts {
  const isRetried = everyNth(20)
  return withStore((store) => ({
    async append(batch) {
      const appended = await store.append(batch)
      return isRetried() ? store.append(batch) : appended
    },
  }))
}

/** The tables have what was sent to the journal, whether it arrived or not. */
function followTablesPastTheJournal(): Parts {
  return withStore((store) => {
    const sent = new Set<Batch>()
    const rowsOf = ({ events }: Batch): readonly HistoryRow[] => events.flatMap((event) => EVENTS.rows(event))
    return {
      async append(batch) {
        sent.add(batch)
        const appended = await store.append(batch)
        sent.delete(batch)
        return appended
      },
      async find(table, query) {
        const rows = await store.find(table, query)
        return rows.length < query.limit
          ? [...rows, ...[...sent].flatMap(rowsOf)].slice(0, query.limit)
          : rows
      },
    }
  })
}

function loseAnEventOfAStream(): Parts {
  const isLost = everyNth(20)
  return withHost(({ streams: { events } }) => {
    const publish = events.publish.bind(events)
    events.publish = (told: readonly Event[], sequence, now) =>
      publish(isLost() ? told.slice(1) : told, sequence, now)
  })
}

function postOneSideOnly(): Parts {
  const isLost = everyNth(20)
  return withEngine(({ rooms: { ledger } }) => {
    const { debits } = ledger.balances
    const set = debits.set.bind(debits)
    debits.set = (row, value) => (row !== NO_ROW && isLost() ? undefined : set(row, value))
  })
}

export const MUTATIONS: Readonly<Record<string, () => Parts>> = {
  'an answer before the append': acknowledgeBeforeAppend,
  'an answer after an append that failed': acknowledgeAFailedAppend,
  'an answer to a read before what it shows is durable': answerAReadBeforeItIsDurable,
  'an undo that leaves a change behind': skipAnUndo,
  'a hook that misses a row': missAHook,
  'a row that is left out of a batch': dropARow,
  'a stale writer that is let in': acceptAStaleWriter,
  'a lease that nobody looks at': keepNoLease,
  'a standby that waits for nobody': waitForNobody,
  'keys that a standby forgets': forgetKeysWhileStandingBy,
  'the result of a key that is not kept': forgetAResult,
  'keys that a start forgets': forgetKeysAtAStart,
  'an effect that leaves before it is durable': deliverBeforeItIsDurable,
  'something due that is lost': loseADueItem,
  'a process that is stepped twice': stepAProcessTwice,
  'an append that is sent again and kept twice': doubleARetriedAppend,
  'tables that are ahead of the journal': followTablesPastTheJournal,
  'an event that a stream leaves out': loseAnEventOfAStream,
  'a posting with one side': postOneSideOnly,
}

/** The ways in which faults are put in, with none in them: it is the fault that is to be noticed, not how it came there. */
export const NO_FAULTS: Readonly<Record<string, () => Parts>> = {
  'a store': () => withStore(() => ({})),
  batches: () => withBatch((batch) => batch),
  'an engine': () => withEngine(() => {}),
  'a host': () => withHost(() => {}),
  'a standby': () => withStandby(() => ({})),
}
