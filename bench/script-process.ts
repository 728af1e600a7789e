/** A script of the benchmarks as a process of its own that prints the port it listens on and is ended with its user. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'

export interface ScriptProcess {
  readonly port: number
  readonly pid: number
  stop(): Promise<void>
}

export async function startScript(name: string, parameters: readonly string[]): Promise<ScriptProcess> {
  const script = new URL(`./${name}`, import.meta.url).pathname
  // The loader of TypeScript stands in the arguments of this process: another one needs the same.
  const child = spawn(process.execPath, [...process.execArgv, script, ...parameters], {
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
