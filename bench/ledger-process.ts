/** The peer's service as a process that the benchmark starts and ends. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'

export interface Move {
  readonly source: number
  readonly target: number
  readonly amount: number
  readonly key: string
}

export interface MoveMany {
  readonly sources: readonly number[]
  readonly targets: readonly number[]
  readonly amount: number
  readonly keys: readonly string[]
}

const SCRIPT = new URL('./ledger-service.ts', import.meta.url).pathname

export interface LedgerProcess {
  readonly port: number
  readonly pid: number
  stop(): Promise<void>
}

export async function startLedger(databaseUrl: string): Promise<LedgerProcess> {
  // The loader of TypeScript stands in the arguments of this process: another one needs the same.
  const child = spawn(process.execPath, [...process.execArgv, SCRIPT, databaseUrl], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const kill = (): boolean => child.kill('SIGKILL')
  process.once('exit', kill)
  const [port] = (await once(child.stdout, 'data')) as [Buffer]
  return {
    port: Number(String(port)),
    pid: child.pid ?? 0,
    stop: async () => {
      process.off('exit', kill)
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    },
  }
}
