/** A real server as a person starts it, to be killed. Not exported. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { operatorFileIn } from '../bootstrap.js'
import { demoFileIn } from '../ops/demo-world.js'

const STEMMA = join(import.meta.dirname, '..', '..', '..', 'cli', 'bin', 'stemma.js')

export interface ServerProcess {
  readonly url: string
  readonly child: ChildProcess
  /** The operator's key. */
  readonly key: string
  kill(signal: 'SIGKILL' | 'SIGTERM'): void
  /** How it ended: the code, or the signal. */
  readonly ended: Promise<number | NodeJS.Signals | null>
}

/** With the demo world, on a free port. */
export const startProcess = (directory: string): Promise<ServerProcess> =>
  launch(directory, demoFileIn(directory), ['--demo', '--port', '0'])

/** With an empty book or the one of before, on that port; it may send to addresses of this machine. */
export const startBookProcess = (directory: string, port: number): Promise<ServerProcess> =>
  launch(directory, operatorFileIn(directory), ['--port', String(port)])

async function launch(
  directory: string,
  credentialsFile: string,
  options: readonly string[],
): Promise<ServerProcess> {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('STEMMA_'))
  const more = { STEMMA_LOG_LEVEL: 'warn', STEMMA_GRPC_PORT: '0', STEMMA_WEBHOOK_ALLOW_PRIVATE: '1' }
  const child = spawn(process.execPath, [STEMMA, 'serve', ...options, '--data', directory], {
    env: { ...Object.fromEntries(kept), ...more },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'close').then(([code, signal]) => (signal ?? code) as number | NodeJS.Signals)
  let written = ''
  const url = await new Promise<string>((resolve, reject) => {
    const look = (text: string): void => {
      written += text
      const [, found] = / API +(http\S+)\/stemma\/v1\n/.exec(written) ?? []
      if (found !== undefined) resolve(found)
    }
    child.stdout.setEncoding('utf8').on('data', look)
    child.stderr.setEncoding('utf8').on('data', look)
    void ended.then((how) => reject(new Error(`expected a server, it ended by ${how}:\n${written}`)))
  })
  const { native } = JSON.parse(readFileSync(credentialsFile, 'utf8'))
  return { url, child, key: native.operator.apiKey, kill: (signal) => child.kill(signal), ended }
}
