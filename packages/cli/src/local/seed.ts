/** What `stemma seed` does: a server makes the demo world as it starts, and ends. */
import { demoFileIn, startServer } from '@stemma/server'
import { Ending, EXIT } from '../exit.js'
import type { Shell } from '../shell.js'
import { configurationFor } from './configuration.js'
import type { LocalOptions } from './options.js'

export async function seed(options: LocalOptions, shell: Shell): Promise<void> {
  const configured = configurationFor({ ...options, demo: true }, shell.env)
  const { dataDirectory, host, port, publicUrl } = configured
  // Any free port will do for now; the file names the address at which the world will be served.
  const configuration = {
    ...configured,
    port: 0,
    publicUrl: publicUrl ?? `http://${host}:${port}`,
    logLevel: 'warn',
  }
  const server = await startServer({ configuration })
  await server.stop()
  if (server.made === null)
    throw new Ending(EXIT.refused, `${dataDirectory} holds a book already. Nothing was changed.`)
  shell.out(`The demo world is in ${dataDirectory}, its credentials are in ${demoFileIn(dataDirectory)}\n`)
}
