import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startServer } from '../server.js'
import { readConfiguration } from './configuration.js'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'stemma-modes-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

/** What a start on the directory warns of; whatever it made is its owner's alone. */
async function warned(dataDirectory: string): Promise<readonly string[]> {
  const lines: string[] = []
  const log = pino({ level: 'warn' }, { write: (line) => void lines.push(JSON.parse(line).msg) })
  const variables = { STEMMA_DATA: dataDirectory, STEMMA_PORT: '0', STEMMA_GRPC_PORT: '0' }
  const server = await startServer({ configuration: readConfiguration(variables), log })
  const modes = readdirSync(dataDirectory).map((name) => statSync(join(dataDirectory, name)).mode & 0o077)
  await server.stop()
  expect(new Set(modes)).toEqual(new Set([0]))
  return lines
}

test('a directory that the start makes is its owner’s alone', async () => {
  const made = join(directory, 'made')
  expect(await warned(made)).toEqual([])
  expect(statSync(made).mode & 0o777).toBe(0o700)
})

test('a start warns of a directory that others can open', async () => {
  chmodSync(directory, 0o755)
  expect(await warned(directory)).toEqual([
    `others than its owner may open the data directory ${directory} (mode 755): chmod 700`,
  ])
})
