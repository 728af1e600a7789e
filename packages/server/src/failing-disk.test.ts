// A disk that takes no more while a real server is at work. The system itself refuses the writes: a process may write
// no file larger than a limit, as a full disk or a quota lets it not.
import { readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { freshFolder } from './testing/book-server.js'
import { spawnServer, startProcess } from './testing/server-process.js'
import { KillLoop } from './testing/soak/kill-loop.js'

const KIB = 1_024
/** Several servers are started one after another. */
const TIMEOUT = 180_000
const directory = freshFolder()
let loop: KillLoop | null = null

afterEach(async () => {
  await loop?.abandon()
  rmSync(directory, { recursive: true, force: true })
})

/** A shell that lets what it starts write no file larger than that. */
const noFileBeyond = (kibibytes: number): readonly string[] => [
  'bash',
  '-c',
  `ulimit -f ${kibibytes} && exec "$@"`,
  'bash',
]

const largestFile = (): number =>
  Math.max(...readdirSync(directory).map((name) => statSync(join(directory, name)).size))

test(
  'stops the server loudly; once there is room again it starts with everything that was acknowledged',
  async () => {
    loop = await KillLoop.open({ directory, store: 'sqlite', seed: 1 })
    const limit = Math.ceil(largestFile() / KIB) + 200
    const { how, said, acknowledged } = await loop.roundUnder(1, { under: noFileBeyond(limit) })
    expect(how).toBe(1)
    expect(said).toMatch(/could not be written/)
    expect(acknowledged).toBeGreaterThan(0)
    // And it goes on as before.
    expect((await loop.round(2)).acknowledged).toBeGreaterThan(0)
  },
  TIMEOUT,
)

test(
  'refuses a start that it has no room for, and takes nothing from what is there',
  async () => {
    const full = spawnServer(directory, { under: noFileBeyond(8) })
    await expect(full.ready).rejects.toThrow('expected a server')
    expect(await full.ended).not.toBe(0)
    const server = await startProcess(directory)
    server.kill('SIGTERM')
    expect(await server.ended).toBe(0)
  },
  TIMEOUT,
)
