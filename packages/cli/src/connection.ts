/** Which server a command speaks to, and as whom: options first, then the environment, then the demo world's file. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { usageError } from './exit.js'

export interface ConnectionOptions {
  readonly url?: string
  readonly apiKey?: string
  readonly demo?: boolean
  readonly data?: string
}

export interface Connection {
  readonly url: string
  readonly apiKey: string
}

export const DEFAULT_URL = 'http://127.0.0.1:4000'
export const DEFAULT_DATA = './data'

export function findConnection(options: ConnectionOptions, env: NodeJS.ProcessEnv): Connection {
  const url = options.url ?? env.STEMMA_URL ?? DEFAULT_URL
  const apiKey = options.demo ? demoKey(options, env) : (options.apiKey ?? env.STEMMA_API_KEY)
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw usageError(`expected an address such as ${DEFAULT_URL}, was ${url}`)
  if (apiKey === undefined || apiKey === '')
    throw usageError(
      'No API key. Set STEMMA_API_KEY, pass --api-key, or use --demo for the key of the demo world.',
    )
  return { url: url.replace(/\/+$/, ''), apiKey }
}

function demoKey(options: ConnectionOptions, env: NodeJS.ProcessEnv): string {
  const file = join(options.data ?? env.STEMMA_DATA ?? DEFAULT_DATA, 'demo.json')
  const content = readDemoFile(file)
  const key = (content as { native?: { operator?: { apiKey?: unknown } } }).native?.operator?.apiKey
  if (typeof key !== 'string') throw usageError(`${file} holds no API key of the operator.`)
  return key
}

function readDemoFile(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw usageError(`${file} cannot be read. It is written when a server starts with the demo world.`, cause)
  }
}
