/** A real server with the demo world, as a person starts it, to be killed. Not exported. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { demoFileIn } from '../ops/demo-world.js'

const STEMMA = join(import.meta.dirname, '..', '..', '..', 'cli', 'bin', 'stemma.js')

export interface ServerProcess {
  readonly url: string
  readonly child: ChildProcess
  /** The operator's key of the demo world. */
  readonly key: string
  kill(signal: 'SIGKILL' | 'SIGTERM'): void
  /** How it ended: the code, or the signal. */
  readonly ended: Promise<number | NodeJS.Signals | null>
}

export async function startProcess(directory: string): Promise<ServerProcess> {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('STEMMA_'))
  const child = spawn(process.execPath, [STEMMA, 'serve', '--demo', '--port', '0', '--data', directory], {
    env: { ...Object.fromEntries(kept), STEMMA_LOG_LEVEL: 'warn' },
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
  const demo = JSON.parse(readFileSync(demoFileIn(directory), 'utf8'))
  return { url, child, key: demo.native.operator.apiKey, kill: (signal) => child.kill(signal), ended }
}
