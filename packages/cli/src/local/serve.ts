/** `stemma serve`: runs the server in this process until it is told to end. */
import { existsSync } from 'node:fs'
import {
  type Configuration,
  checkDemoIsLocal,
  demoFileIn,
  type RunningServer,
  SecretKeyFault,
  startServer,
} from '@stemma/server'
import { Deposed, StoreRefusal } from '@stemma/store'
import { EXIT } from '../exit.js'
import type { Shell } from '../shell.js'
import { configurationFor } from './configuration.js'
import type { LocalOptions } from './options.js'

export async function serve(options: LocalOptions, shell: Shell): Promise<void> {
  const configuration = configurationFor(options, shell.env)
  // A demo world that an earlier start made is as little for strangers as a new one.
  const isDemo = configuration.isDemo || existsSync(demoFileIn(configuration.dataDirectory))
  checkDemoIsLocal({ isDemo, host: configuration.host })
  const interrupted = shell.interruption()
  const failed = new AbortController()
  // It may fail before it has begun, and there may be connections on which nothing may be answered any more: they end
  // with the process.
  const ended = raised(failed.signal).then((): never => {
    shell.note(lastWords(failed.signal.reason))
    process.exit(EXIT.refused)
  })
  const starting = startServer({ configuration, onFatal: (error) => failed.abort(error) })
  const server = await Promise.race([starting, ended])
  shell.out(greeting(server, configuration, isDemo))
  await Promise.race([raised(interrupted), ended])
  shell.note('Stopping: no new work is taken, and what is under way is finished.')
  await server.stop()
  shell.note('Stopped.')
}

function lastWords(reason: unknown): string {
  if (reason instanceof Deposed) return 'Another process has taken over, so the server has stopped.'
  if (reason instanceof StoreRefusal || reason instanceof SecretKeyFault)
    return `${reason.message}. The server has stopped.`
  return 'The journal could not be written, so the server has stopped.'
}

function raised(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}

function greeting(
  { url, grpcPort, made, isSecretKeyFresh, isWriter }: RunningServer,
  configuration: Configuration,
  isDemo: boolean,
): string {
  const { dataDirectory, secretKeyFile, host } = configuration
  const shown = host.includes(':') ? `[${host}]` : host
  const lines = [
    '',
    isWriter
      ? 'Stemma is ready.'
      : 'Stemma stands by: another process writes, and this one takes over if it falls silent.',
    '',
    `  Console  ${url}/`,
    `  API      ${url}/stemma/v1`,
    grpcPort === null
      ? `  gRPC     not served: something else listens on port ${configuration.grpcPort}; set STEMMA_GRPC_PORT`
      : `  gRPC     ${shown}:${grpcPort}`,
    `  Docs     ${url}/docs`,
    `  Data     ${dataDirectory}`,
    '',
  ]
  if (isSecretKeyFresh)
    lines.push(
      `The key that wraps all secrets was made: ${secretKeyFile}`,
      'Keep a copy of it apart from the data: without it, secrets and personal fields cannot be read.',
      '',
    )
  if (isDemo)
    lines.push(
      'Warning: this is a demo. Everybody on this machine who can read this file may do everything:',
      `  ${demoFileIn(dataDirectory)}`,
      '',
    )
  else if (made !== null) lines.push(`The operator's API key is in ${made.credentialsFile}`, '')
  return `${lines.join('\n')}\n`
}
