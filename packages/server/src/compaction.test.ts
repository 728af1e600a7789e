// A book of which old images were dropped goes on as it was; compacting may be killed at any time.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { DAY, Engine } from '@stemma/core'
import { createTestDatabase, stateHashOf } from '@stemma/store'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { operatorFileIn } from './bootstrap.js'
import { ManualClock } from './host/clock.js'
import { compactData } from './ops/compact.js'
import { readConfiguration } from './ops/configuration.js'
import { verifyData } from './ops/offline.js'
import { openBookStore } from './ops/open-store.js'
import { type BookServer, freshFolder, startBook } from './testing/book-server.js'
import { START } from './testing/venue.js'

const STEMMA = join(import.meta.dirname, '..', '..', 'cli', 'bin', 'stemma.js')
/** So many changes of one party: their images take far more room than the state does. */
const CHANGES = 400
const LOOK_AGAIN_MILLISECONDS = 1
/** Four processes start one after another, and the book is opened behind each. */
const KILLING_MILLISECONDS_MAX = 180_000

/** Where the journal is kept, and how far compacting has come there. */
interface Keeping {
  readonly variables: Record<string, string>
  /** Records that are older than any day: the taking over of a book in which nothing has happened yet. */
  readonly recordsBeforeTime: number
  removeTables(): Promise<void>
  /** What whoever comes second is told of the server that has it. */
  heldBy(url: string): RegExp
  /** Looked at until one holds: then the process is killed. The last never does. */
  readonly killedWhen: readonly (() => Promise<boolean>)[]
  end(): Promise<void>
}

/** By what it has written to the log of the journal: the beginning, the snapshot, the dropping and the file made anew. */
async function inDirectory(data: string): Promise<Keeping> {
  const written = (): number =>
    statSync(join(data, 'journal.sqlite-wal'), { throwIfNoEntry: false })?.size ?? 0
  return {
    variables: { STEMMA_STORE: 'sqlite' },
    recordsBeforeTime: 0,
    removeTables: async () => rmSync(join(data, 'tables.sqlite')),
    heldBy: () => new RegExp(`lock\\.sqlite is locked by another writer.*${process.pid}`),
    killedWhen: [1, 32_768, 262_144, Number.POSITIVE_INFINITY].map((bytes) => async () => written() >= bytes),
    end: async () => {},
  }
}

async function inDatabase(): Promise<Keeping> {
  const { url, query, drop } = await createTestDatabase()
  const holds = (condition: string) => async (): Promise<boolean> =>
    (await query<{ holds: boolean }>(`SELECT EXISTS (SELECT FROM stemma_journal.${condition}) AS holds`))[0]
      ?.holds === true
  return {
    variables: { STEMMA_STORE: url },
    recordsBeforeTime: 1,
    removeTables: async () => void (await query('DROP SCHEMA book_0 CASCADE')),
    heldBy: (url) => new RegExp(`is written by ${url}: stop it first$`),
    killedWhen: [
      holds("writer WHERE address = 'compacting'"),
      holds('snapshots'),
      holds('records WHERE octet_length(images) = 0'),
      async () => false,
    ],
    end: drop,
  }
}

let data: string
let clock: ManualClock
let book: BookServer
let kept: Keeping
const start = () => startBook({ directory: data, clock, variables: kept.variables })
const configuration = () => readConfiguration({ STEMMA_DATA: data, ...kept.variables })

describe.each([
  ['a data directory', inDirectory],
  ['a database', inDatabase],
])('in %s', (_name, keep) => {
  beforeEach(async () => {
    data = freshFolder()
    kept = await keep(data)
    clock = new ManualClock(START)
    book = await start()
  })
  afterEach(async () => {
    await book.server.stop()
    await kept.end()
    rmSync(data, { recursive: true, force: true })
  })

  async function call(method: string, path: string, body?: object, headers: Record<string, string> = {}) {
    const key = JSON.parse(readFileSync(operatorFileIn(data), 'utf8')).native.operator.apiKey
    const response = await fetch(`${book.url}/stemma/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return {
      status: response.status,
      replayed: response.headers.get('idempotency-replayed'),
      text: await response.text(),
    }
  }

  const keyed = (key: string) =>
    call(
      'POST',
      '/parties',
      { owner: `pty_${book.root}`, kind: 'clearing_member', name: key, display_name: key },
      { 'idempotency-key': key },
    )

  /** Many changes in records of their own, three days ago. */
  async function history(): Promise<void> {
    const party = await book.party('changing')
    for (let change = 0; change < CHANGES; change += 1) {
      const more = { isPartner: null, isLegallyLiable: null, sealedPersonal: null, version: null }
      await book.run('parties.update', { party, displayName: `${change} ${'x'.repeat(100)}`, ...more })
    }
    clock.advance(3 * DAY)
    await book.poke()
  }

  /** The state but for how often it was said that there is a snapshot. */
  const stateOf = ({ image }: Engine): string => {
    const { head } = image
    image.head = { ...head, sequence: 0 }
    try {
      return stateHashOf(image)
    } finally {
      image.head = head
    }
  }

  async function stateOnDisk(): Promise<string> {
    const store = await openBookStore(configuration())
    try {
      const engine = new Engine()
      await store.load(engine.image)
      return stateOf(engine)
    } finally {
      await store.close()
    }
  }

  async function pastOf(party: number): Promise<unknown[]> {
    const items: unknown[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = await call(
        'GET',
        `/events?under=pty_${party}&limit=500${cursor === '' ? '' : `&cursor=${cursor}`}`,
      )
      const { items: some, next_cursor: next } = JSON.parse(page.text)
      items.push(...some)
      cursor = next
    }
    return items.filter((event) => !/^(journal|writer)\./.test((event as { kind: string }).kind))
  }

  test('a compacted book has its state, its whole history and the keys of the last day', async () => {
    await history()
    const recent = await keyed('recent')
    const before = { state: stateOf(book.server.engine), past: await pastOf(book.root) }
    expect(before.past.length).toBeGreaterThan(CHANGES)
    await book.server.stop()

    const proof = await compactData(configuration(), 1)
    expect(proof.checks.filter(({ holds }) => !holds)).toEqual([])
    expect(proof.droppedThrough).toBeGreaterThanOrEqual(CHANGES)
    expect(proof.bytesAfter).toBeLessThan(proof.bytesBefore)
    // From the tables, then from the snapshot, and then from tables that were made of it.
    for (const forget of [async () => {}, kept.removeTables, async () => {}]) {
      await forget()
      book = await start()
      expect(stateOf(book.server.engine)).toBe(before.state)
      expect(await pastOf(book.root)).toEqual(before.past)
      const again = await keyed('recent')
      expect([again.replayed, again.text]).toEqual(['true', recent.text])
      await book.server.stop()
      expect((await verifyData(configuration())).holds).toBe(true)
    }
    book = await start()
  })

  test('days to keep keep what is younger', async () => {
    await history()
    await book.server.stop()
    expect((await compactData(configuration(), 4)).droppedThrough).toBe(kept.recordsBeforeTime)
    book = await start()
    expect(book.fatal).toEqual([])
  })

  test('a book that a server writes is left alone', async () => {
    await expect(compactData(configuration(), 1)).rejects.toMatchObject({
      kind: 'another_writer',
      message: expect.stringMatching(kept.heldBy(book.url)),
    })
    await book.poke()
    expect(book.fatal).toEqual([])
  })

  test(
    'a process that is killed while it compacts leaves a book that holds, and the next one ends the work',
    async () => {
      await history()
      await book.server.stop()
      const before = await stateOnDisk()
      let code: number | null = null
      for (const isFarEnough of kept.killedWhen) {
        const child = spawn(process.execPath, [STEMMA, 'store', 'compact', '--data', data, '--keep', '1'], {
          stdio: 'ignore',
          env: { ...process.env, ...kept.variables },
        })
        let isEnded = false
        const ended = once(child, 'close').then(([how]) => {
          code = how as number | null
          isEnded = true
        })
        while (!isEnded && !(await isFarEnough())) await delay(LOOK_AGAIN_MILLISECONDS)
        child.kill('SIGKILL')
        await ended
        expect(await stateOnDisk()).toBe(before)
      }
      expect((await verifyData(configuration())).holds).toBe(true)
      expect(code).toBe(0)
      book = await start()
    },
    KILLING_MILLISECONDS_MAX,
  )
})
