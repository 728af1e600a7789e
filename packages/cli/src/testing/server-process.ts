/** A real server with the demo world, as `stemma serve` starts it, on a port and in a folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const STEMMA = join(import.meta.dirname, '..', '..', 'bin', 'stemma.js')
const START_MS_MAX = 30_000

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** The environment without what this machine says about Stemma: a test says all of it itself. */
export function cleanEnvironment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('STEMMA_'))
  return { ...Object.fromEntries(kept), ...more }
}

/** A `stemma` process under way. */
export class Running {
  private stdout = ''
  private stderr = ''
  private readonly listeners = new Set<() => void>()
  readonly ended: Promise<Ended>

  constructor(readonly child: ChildProcess) {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text
      for (const listener of this.listeners) listener()
    })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text
      for (const listener of this.listeners) listener()
    })
    this.ended = once(child, 'close').then(([code]) => {
      for (const listener of this.listeners) listener()
      return { code: code as number | null, stdout: this.stdout, stderr: this.stderr }
    })
  }

  /** The match, as soon as what the process has written so far holds one; rejects when it ends without. */
  async said(pattern: RegExp): Promise<RegExpExecArray> {
    const written = await new Promise<RegExpExecArray | null>((resolve, reject) => {
      const timer = setTimeout(() => reject(this.silence(pattern)), START_MS_MAX)
      const look = () => {
        const found = pattern.exec(this.stdout) ?? pattern.exec(this.stderr)
        if (found === null) return
        this.listeners.delete(look)
        clearTimeout(timer)
        resolve(found)
      }
      this.listeners.add(look)
      void this.ended.then(() => {
        clearTimeout(timer)
        look()
        resolve(null)
      })
      look()
    })
    if (written === null) throw this.silence(pattern)
    return written
  }

  private silence(pattern: RegExp): Error {
    return new Error(`expected ${pattern}, was:\n${this.stdout}\n${this.stderr}`)
  }
}

export function start(words: readonly string[], env: Readonly<Record<string, string>> = {}): Running {
  return new Running(
    spawn(process.execPath, [STEMMA, ...words], {
      env: cleanEnvironment(env),
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  )
}

/** Runs one command to its end. */
export const stemma = (
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> => start(words, env).ended

export interface DemoServer {
  readonly url: string
  readonly data: string
  /** For commands that speak to this server as the operator. */
  readonly env: Readonly<Record<string, string>>
  readonly process: Running
  /** Stops it and gives how it ended; the data stays. */
  stop(): Promise<Ended>
  remove(): void
}

export const freshFolder = (): string => mkdtempSync(join(tmpdir(), 'stemma-'))

export async function startDemo(data = freshFolder()): Promise<DemoServer> {
  const process = start(['serve', '--demo', '--port', '0', '--data', data], { STEMMA_LOG_LEVEL: 'warn' })
  const url = (
    await process.said(/Console {2}(http:\/\/\S+?)\/?\n/).catch((error) => {
      process.child.kill('SIGKILL')
      throw error
    })
  )[1] as string
  const demo = JSON.parse(readFileSync(join(data, 'demo.json'), 'utf8'))
  return {
    url,
    data,
    env: { STEMMA_URL: url, STEMMA_API_KEY: demo.native.operator.apiKey, STEMMA_DATA: data },
    process,
    stop() {
      process.child.kill('SIGTERM')
      return process.ended
    },
    remove: () => rmSync(data, { recursive: true, force: true }),
  }
}
