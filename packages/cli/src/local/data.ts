/** `stemma migrate` and `stemma seed`: work on a data directory that no server uses. */
import { demoFileIn, migrateData, startServer } from '@stemma/server'
import { Command, Option } from 'commander'
import { Ending, EXIT } from '../exit.js'
import type { Shell } from '../shell.js'
import { configurationFor, dataOption, type LocalOptions } from './configuration.js'
import { explained } from './faults.js'

export function migrateCommand(shell: Shell): Command {
  const command = new Command('migrate')
    .summary('Bring a data directory up to this version')
    .description(
      'Bring a data directory up to this version and let its tables catch up with its journal.\nThe server does the same when it starts; this does it without serving.',
    )
    .addOption(dataOption())
  return command.action(() =>
    explained(async () => {
      const configuration = configurationFor(command.opts<LocalOptions>(), shell.env)
      const { batches, sequence } = await migrateData(configuration)
      shell.out(
        `${configuration.dataDirectory} is up to date: ${batches} records, the last sequence is ${sequence}.\n`,
      )
    }),
  )
}

export function seedCommand(shell: Shell): Command {
  const command = new Command('seed')
    .summary('Create the demo world on an empty data directory')
    .description('Create the demo world on an empty data directory, without serving it.')
    .addOption(dataOption())
    .addOption(new Option('--port <number>', 'port at which it will be served; STEMMA_PORT, else 4000'))
  return command.action(() =>
    explained(async () => {
      const configured = configurationFor({ ...command.opts<LocalOptions>(), demo: true }, shell.env)
      const { dataDirectory, host, port, publicUrl } = configured
      // Any free port will do for now; the file names the address at which the world will be served.
      const configuration = { ...configured, port: 0, publicUrl: publicUrl ?? `http://${host}:${port}` }
      const server = await startServer({ configuration })
      await server.stop()
      if (server.made === null)
        throw new Ending(EXIT.refused, `${dataDirectory} holds a book already. Nothing was changed.`)
      shell.out(
        `The demo world is in ${dataDirectory}, its credentials are in ${demoFileIn(dataDirectory)}\n`,
      )
    }),
  )
}
