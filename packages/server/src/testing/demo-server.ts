/** A server with the demo world, whose data stay in a folder for the next that begins on them. Not exported. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plain } from '@stemma/core'
import type { DemoFile } from '@stemma/demo'
import type { ManualClock } from '../host/clock.js'
import type { Timer } from '../host/timer.js'
import { readConfiguration } from '../ops/configuration.js'
import { type RunningServer, startServer } from '../server.js'

export interface DemoOptions {
  readonly clock?: ManualClock | undefined
  readonly timer?: Timer | undefined
  readonly variables?: Readonly<Record<string, string>>
}

export const startDemo = (
  directory: string,
  { clock, timer, variables = {} }: DemoOptions = {},
): Promise<RunningServer> =>
  startServer({
    ...(clock === undefined ? {} : { clock }),
    ...(timer === undefined ? {} : { timer }),
    configuration: readConfiguration({
      STEMMA_PORT: '0',
      STEMMA_GRPC_PORT: '0',
      STEMMA_DATA: directory,
      STEMMA_STORE: 'sqlite',
      STEMMA_DEMO: '1',
      STEMMA_LOG_LEVEL: 'silent',
      ...variables,
    }),
  })

/** A command as the system, which has to succeed. */
export async function runOn<Result>(
  { host }: Pick<RunningServer, 'host'>,
  command: string,
  input: Plain,
): Promise<Result> {
  const outcome = await host.execute({ command, actor: { kind: 'system' }, input })
  if (outcome.kind === 'refused') throw new Error(`expected ${command} to be done: ${outcome.refusal.detail}`)
  return outcome.result as Result
}

/** The ways into it. */
export const demoIn = (directory: string): DemoFile =>
  JSON.parse(readFileSync(join(directory, 'demo.json'), 'utf8')) as DemoFile
