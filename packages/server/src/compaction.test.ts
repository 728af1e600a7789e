// A book of which old images were dropped goes on as it was; compacting may be killed at any time.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { DAY, Engine } from '@stemma/core'
import { stateHashOf } from '@stemma/store'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { operatorFileIn } from './bootstrap.js'
import { ManualClock } from './host/clock.js'
import { compactData } from './ops/compact.js'
import { readConfiguration } from './ops/configuration.js'
import { verifyData } from './ops/offline.js'
import { type BookServer, freshFolder, openStore, startBook } from './testing/book-server.js'
import { START } from './testing/venue.js'

const STEMMA = join(import.meta.dirname, '..', '..', 'cli', 'bin', 'stemma.js')
/** So many changes of one party: their images take far more room than the state does. */
const CHANGES = 400
const LOOK_AGAIN_MILLISECONDS = 1
/** Four processes start one after another, and the book is opened behind each. */
const KILLING_MILLISECONDS_MAX = 180_000
/** What it may write to the log of the journal: the beginning, the snapshot, the dropping, the file made anew, all. */
const KILLED_AFTER_BYTES = [1, 32_768, 262_144, Number.POSITIVE_INFINITY]

let data: string
let clock: ManualClock
let book: BookServer
const start = () => startBook({ directory: data, clock, kept: openStore(data) })
const configuration = () => readConfiguration({ STEMMA_DATA: data })

beforeEach(async () => {
  data = freshFolder()
  clock = new ManualClock(START)
  book = await start()
})
afterEach(async () => {
  await book.server.stop()
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
  const store = openStore(data)
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
  return items.filter((event) => (event as { kind: string }).kind !== 'journal.snapshot_kept')
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
  for (const forget of [() => {}, () => rmSync(join(data, 'tables.sqlite')), () => {}]) {
    forget()
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
  expect((await compactData(configuration(), 4)).droppedThrough).toBe(0)
  book = await start()
  expect(book.fatal).toEqual([])
})

test(
  'a process that is killed while it compacts leaves a book that holds, and the next one ends the work',
  async () => {
    await history()
    await book.server.stop()
    const before = await stateOnDisk()
    const [file, log] = [join(data, 'journal.sqlite'), join(data, 'journal.sqlite-wal')]
    const size = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0
    const whole = size(file)
    let code: number | null = null
    for (const written of KILLED_AFTER_BYTES) {
      const child = spawn(process.execPath, [STEMMA, 'store', 'compact', '--data', data, '--keep', '1'], {
        stdio: 'ignore',
      })
      let isEnded = false
      const ended = once(child, 'close').then(([how]) => {
        code = how as number | null
        isEnded = true
      })
      while (!isEnded && size(log) < written) await delay(LOOK_AGAIN_MILLISECONDS)
      child.kill('SIGKILL')
      await ended
      expect(await stateOnDisk()).toBe(before)
    }
    expect((await verifyData(configuration())).holds).toBe(true)
    expect(code).toBe(0)
    expect(size(file)).toBeLessThan(whole)
    book = await start()
  },
  KILLING_MILLISECONDS_MAX,
)
