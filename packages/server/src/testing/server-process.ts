/** A real server as a person starts it, to be killed. Not exported. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DemoFile } from '@stemma/demo'
import { operatorFileIn } from '../bootstrap.js'
import { demoFileIn } from '../ops/demo-world.js'

const STEMMA = join(import.meta.dirname, '..', '..', '..', 'cli', 'bin', 'stemma.js')

export interface ServerProcess {
  readonly url: string
  /** Where gRPC is served, as `host:port`. */
  readonly grpc: string
  readonly child: ChildProcess
  /** The operator's key; empty where the book was made by another process. */
  readonly key: string
  kill(signal: 'SIGKILL' | 'SIGTERM' | 'SIGSTOP' | 'SIGCONT'): void
  /** How it ended: the code, or the signal. */
  readonly ended: Promise<number | NodeJS.Signals | null>
  /** What it has said so far. */
  said(): string
}

export interface StartingProcess extends Pick<ServerProcess, 'child' | 'ended' | 'kill' | 'said'> {
  /** Rejects where it ends before it serves, with what it said. */
  readonly ready: Promise<ServerProcess>
}

export interface ProcessOptions {
  /** As `STEMMA_STORE`. */
  readonly store?: string
  /** As `STEMMA_SECRET_KEY_FILE`. */
  readonly secretKeyFile?: string
  /** Further variables of its environment. */
  readonly variables?: Readonly<Record<string, string>>
  /** Words before the command, such as a shell that limits it. */
  readonly under?: readonly string[]
}

/** With the demo world, on a free port. */
export const spawnServer = (directory: string, options: ProcessOptions = {}): StartingProcess =>
  launch(directory, demoFileIn(directory), ['--demo', '--port', '0'], options)

export const startProcess = (directory: string, options?: ProcessOptions): Promise<ServerProcess> =>
  spawnServer(directory, options).ready

/** With an empty book or the one of before, on that port; it may send to addresses of this machine. */
export const startBookProcess = (directory: string, port: number): Promise<ServerProcess> =>
  launch(directory, operatorFileIn(directory), ['--port', String(port)], {}).ready

/** On the book of another process, whether that writes or not. */
export const startOnBookOf = (directory: string, options: ProcessOptions): Promise<ServerProcess> =>
  launch(directory, operatorFileIn(directory), ['--port', '0'], options).ready

/** Every credential of the demo world that a server on this directory made. */
export const demoFile = (directory: string): DemoFile =>
  JSON.parse(readFileSync(demoFileIn(directory), 'utf8')) as DemoFile

function launch(
  directory: string,
  credentialsFile: string,
  options: readonly string[],
  { store = 'sqlite', secretKeyFile = '', variables = {}, under = [] }: ProcessOptions,
): StartingProcess {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('STEMMA_'))
  const more = {
    STEMMA_LOG_LEVEL: 'warn',
    STEMMA_GRPC_PORT: '0',
    STEMMA_WEBHOOK_ALLOW_PRIVATE: '1',
    STEMMA_STORE: store,
    STEMMA_SECRET_KEY_FILE: secretKeyFile,
    ...variables,
  }
  const serve = [process.execPath, STEMMA, 'serve', ...options, '--data', directory]
  const [command, ...words] = [...under, ...serve] as [string, ...string[]]
  const child = spawn(command, words, {
    env: { ...Object.fromEntries(kept), ...more },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'close').then(([code, signal]) => (signal ?? code) as number | NodeJS.Signals)
  const started = { child, ended, kill: (signal: NodeJS.Signals) => void child.kill(signal) }
  let written = ''
  const said = (): string => written
  const ready = new Promise<ServerProcess>((resolve, reject) => {
    const look = (text: string): void => {
      written += text
      const [, url] = / API +(http\S+)\/stemma\/v1\n/.exec(written) ?? []
      const [, grpc] = / gRPC +(\S+:\d+)\n/.exec(written) ?? []
      if (url === undefined || grpc === undefined) return
      const isMade = existsSync(credentialsFile)
      const key = isMade ? JSON.parse(readFileSync(credentialsFile, 'utf8')).native.operator.apiKey : ''
      resolve({ ...started, said, url, grpc, key })
    }
    child.stdout.setEncoding('utf8').on('data', look)
    child.stderr.setEncoding('utf8').on('data', look)
    void ended.then((how) => reject(new Error(`expected a server, it ended by ${how}:\n${written}`)))
  })
  ready.catch(() => {})
  return { ...started, said, ready }
}
