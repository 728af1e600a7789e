import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { createInterface, type Interface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { StoreRefusal } from '../index.js'
import { TestTables } from '../testing/book.js'
import { openTestStore, temporaryDirectory } from '../testing/data-directory.js'

const SCRIPT = fileURLToPath(new URL('../../dist/testing/writer-process.js', import.meta.url))

let dataDirectory = ''
let writers: ChildProcess[] = []

beforeEach(() => {
  dataDirectory = temporaryDirectory()
})

afterEach(async () => {
  for (const writer of writers) await killed(writer)
  writers = []
  rmSync(dataDirectory, { recursive: true })
})

function startWriter(): { readonly writer: ChildProcess; readonly lines: Interface } {
  const writer = spawn(process.execPath, [SCRIPT, dataDirectory], { stdio: ['ignore', 'pipe', 'inherit'] })
  writers.push(writer)
  return { writer, lines: createInterface({ input: writer.stdout as NonNullable<typeof writer.stdout> }) }
}

async function killed(writer: ChildProcess): Promise<void> {
  if (writer.exitCode !== null || writer.signalCode !== null) return
  const exit = once(writer, 'exit')
  writer.kill('SIGKILL')
  await exit
}

test('another live writer is named by its process, and its lock goes with it', async () => {
  const { writer, lines } = startWriter()
  await once(lines, 'line')
  try {
    openTestStore(dataDirectory)
    expect.unreachable('a second writer was let in')
  } catch (error) {
    expect(error).toBeInstanceOf(StoreRefusal)
    expect((error as StoreRefusal).kind).toBe('another_writer')
    expect((error as StoreRefusal).message).toContain(`locked by another writer, process ${writer.pid}`)
  }
  await killed(writer)
  const store = openTestStore(dataDirectory)
  await store.load(new TestTables().image)
  await store.close()
})

test('a writer that is killed again and again loses nothing that it said was durable', async () => {
  const acknowledged: string[] = []
  for (let round = 0; round < 10; round += 1) {
    const { writer, lines } = startWriter()
    let seen = 0
    for await (const line of lines) {
      if (line !== 'ready') acknowledged.push(line)
      seen += 1
      // A different depth into the work each round; what was printed behind it still counts.
      if (seen === 5 + 17 * round) writer.kill('SIGKILL')
    }
    await killed(writer)
  }
  const tables = new TestTables()
  const store = openTestStore(dataDirectory)
  await store.load(tables.image)
  expect(acknowledged.length).toBeGreaterThan(700)
  expect(acknowledged.filter((id) => !tables.accounts.has(Number(id) as never))).toEqual([])
  expect(new Set(acknowledged).size).toBe(acknowledged.length)
  expect((await store.verifyChain()).damage).toEqual([])
  await store.close()
})
