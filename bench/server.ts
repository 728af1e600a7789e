/** A real server in a process of its own, as `stemma serve` starts it. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'

const SCRIPT = new URL('../packages/cli/bin/stemma.js', import.meta.url).pathname

export class ServerProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
    /** `performance.now()` when the process was asked for. */
    readonly spawnedAt: number,
  ) {}

  /** `variables`: settings that are not the default. */
  static async start(
    dataDirectory: string,
    variables: Readonly<Record<string, string>> = {},
  ): Promise<ServerProcess> {
    const spawnedAt = performance.now()
    const args = [...flags(), SCRIPT, 'serve', '--port', '0', '--data', dataDirectory]
    const child = spawn(process.execPath, args, {
      env: { ...environment(), ...variables },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const kill = (): boolean => child.kill('SIGKILL')
    process.once('exit', kill)
    child.once('exit', () => process.off('exit', kill))
    return new ServerProcess(child, await portOf(child), spawnedAt)
  }

  get pid(): number {
    return this.child.pid ?? 0
  }

  /** Resident memory in bytes, as the system counts it. */
  residentBytes(): number {
    const kibibytes = execFileSync('ps', ['-o', 'rss=', '-p', String(this.pid)], { encoding: 'utf8' })
    return Number(kibibytes.trim()) * 1_024
  }

  /** The gauges and counters without labels, by name. */
  async metrics(): Promise<ReadonlyMap<string, number>> {
    const answer = await fetch(`http://127.0.0.1:${this.port}/metrics`)
    const found = new Map<string, number>()
    for (const line of (await answer.text()).split('\n')) {
      const match = /^([a-z_]+) (\S+)$/.exec(line)
      if (match !== null) found.set(match[1] as string, Number(match[2]))
    }
    return found
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return
    const ended = once(this.child, 'exit')
    this.child.kill('SIGTERM')
    await ended
  }
}

/** For a look inside: `STEMMA_BENCH_SERVER_FLAGS='--cpu-prof --cpu-prof-dir=profiles'`. */
const flags = (): string[] => (process.env.STEMMA_BENCH_SERVER_FLAGS ?? '').split(' ').filter(Boolean)

/** The caller's settings of a server are not this server's: what is measured is the default. */
function environment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(([name]) => !name.startsWith('STEMMA_'))
  return { ...Object.fromEntries(entries), STEMMA_LOG_LEVEL: 'warn' }
}

/** The port that the greeting names. What the server says besides is kept for the case that it ends by itself. */
function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let said = ''
    let isListening = false
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        said = (said + text).slice(-SAID_CHARACTERS_MAX)
        const match = /API\s+http:\/\/127\.0\.0\.1:(\d+)\//.exec(said)
        if (match === null) return
        isListening = true
        resolve(Number(match[1]))
      })
    child.once('exit', (code, signal) => {
      if (code !== 0 && !isListening) console.error(`the server ended with ${code ?? signal}:\n${said}`)
      reject(new Error('the server ended before it listened'))
    })
  })
}
const SAID_CHARACTERS_MAX = 8_000
