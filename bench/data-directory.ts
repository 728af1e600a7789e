/** Data directories on the disk that are gone when the benchmark is over, and a store that opens them. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BOOK_SCHEMA, Engine } from '@stemma/core'
import { SqliteStore, type Store } from '@stemma/store'
import { type BenchWorld, makeWorld, type WorldOptions } from './world.js'

/** Runs with an empty directory. `STEMMA_BENCH_DIR` names the disk that is measured; else the one of temporary files. */
export async function withDirectory<Result>(use: (directory: string) => Promise<Result>): Promise<Result> {
  const directory = mkdtempSync(join(process.env.STEMMA_BENCH_DIR ?? tmpdir(), 'stemma-bench-'))
  const remove = (): void => rmSync(directory, { recursive: true, force: true })
  process.once('exit', remove)
  try {
    return await use(directory)
  } finally {
    process.off('exit', remove)
    remove()
  }
}

export async function openStore(dataDirectory: string): Promise<SqliteStore> {
  const store = SqliteStore.open({
    dataDirectory,
    book: 0,
    schema: BOOK_SCHEMA,
    schemaModule: '@stemma/core',
    schemaExport: 'BOOK_SCHEMA',
  })
  await store.load(new Engine().image)
  return store
}

/** Appends that may wait for the disk at once while a world is made. */
const UNDER_WAY_MAX = 64

type KeptOptions = Omit<WorldOptions, 'keep'>

/** A world as a server finds it: journal and tables written, nothing left to catch up with. */
export const makeDataDirectory = async (
  directory: string,
  options: KeptOptions,
): Promise<Omit<BenchWorld, 'engine'>> => keepWorld(await openStore(directory), options)

/** Makes a world in a store that is loaded, that nobody has written to, and that may write; and closes it. */
export async function keepWorld(store: Store, options: KeptOptions): Promise<Omit<BenchWorld, 'engine'>> {
  const underWay: Promise<unknown>[] = []
  const { root, accounts, actor } = await makeWorld({
    ...options,
    keep: async (batch) => {
      underWay.push(store.append(batch))
      if (underWay.length >= UNDER_WAY_MAX) await underWay.shift()
    },
  })
  await Promise.all(underWay)
  await store.settled()
  await store.close()
  return { root, accounts, actor }
}
