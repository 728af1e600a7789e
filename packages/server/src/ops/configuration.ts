/**
 * Configuration: every setting of the process, its environment variable, its default and its meaning, in one list.
 * What is set wrong stops the start with a sentence that names the variable.
 */
import { join, resolve } from 'node:path'
import { z } from 'zod'

export class ConfigurationFault extends Error {
  override readonly name = 'ConfigurationFault'
}

const PORT_MAX = 65_535
/** Connections on which nothing happens for ten minutes are closed, here and by proxies. */
const HEARTBEAT_SECONDS_MAX = 540
const CONNECTIONS_OF_ADDRESS_MOST = 999_999
const port = z
  .string()
  .refine((text) => /^\d{1,5}$/.test(text) && Number(text) <= PORT_MAX, `expected a port, 0 to ${PORT_MAX}`)
  .transform(Number)
/** Where a book is kept: one of two words, or the address of a PostgreSQL database. */
export type StoreSetting = 'sqlite' | 'memory' | `postgres://${string}`

const isStoreSetting = (text: string): text is StoreSetting =>
  text === 'sqlite' || text === 'memory' || isDatabaseAddress(text)

const isDatabaseAddress = (text: string): boolean => {
  if (!text.startsWith('postgres://') || !URL.canParse(text)) return false
  const { hostname, pathname } = new URL(text)
  return hostname !== '' && pathname.length > 1
}

/** The place of a book that is named by a data directory or by the address of a database. */
export function bookAt(text: string): Pick<Configuration, 'store' | 'dataDirectory'> {
  if (isDatabaseAddress(text)) return { store: text as StoreSetting, dataDirectory: '' }
  if (text.startsWith('postgres://'))
    throw new ConfigurationFault(
      'expected a data directory, or a postgres:// address with a host and a database',
    )
  return { store: 'sqlite', dataDirectory: resolve(text) }
}

const flag = z.enum(['0', '1']).transform((value) => value === '1')

/** The environment variables, as the reference page lists them. */
export const VARIABLES = {
  STEMMA_PORT: { schema: port.default(4000), says: 'port of HTTP and WebSocket; 0 takes any free one' },
  STEMMA_HOST: { schema: z.string().min(1).default('127.0.0.1'), says: 'address to listen on' },
  STEMMA_GRPC_PORT: {
    schema: port.default(4001),
    says: 'port of gRPC; 0 takes any free one. Where it is not set and something else listens on its default, the server warns and runs without gRPC',
  },
  STEMMA_GRPC_HEARTBEAT_SECONDS: {
    schema: z
      .string()
      .refine(
        (text) => /^\d{1,3}$/.test(text) && Number(text) >= 1 && Number(text) <= HEARTBEAT_SECONDS_MAX,
        `expected 1 to ${HEARTBEAT_SECONDS_MAX} seconds`,
      )
      .transform(Number)
      .default(30),
    says: 'seconds after which a gRPC stream on which nothing happened sends a heartbeat',
  },
  STEMMA_DATA: { schema: z.string().min(1).default('./data'), says: 'data directory' },
  STEMMA_STORE: {
    schema: z
      .string()
      // The value is in no message: an address may hold a password.
      .refine(isStoreSetting, 'expected sqlite, memory, or a postgres:// address with a host and a database')
      .default('sqlite'),
    says: '`sqlite` (embedded, in the data directory), a `postgres://` address, or `memory` (keeps nothing)',
  },
  STEMMA_SECRET_KEY_FILE: {
    schema: z.string().optional(),
    says: 'file with the key that wraps secrets; default: made in the data directory',
  },
  STEMMA_DEMO: { schema: flag.default(false), says: '1: create the demo world on an empty store' },
  STEMMA_PUBLIC_URL: {
    schema: z.url({ protocol: /^https?$/, error: 'expected an http or https address' }).optional(),
    says: 'the address that clients use; default: where the server listens',
  },
  STEMMA_STANDBY: {
    schema: z.enum(['refuse', 'forward']).default('refuse'),
    says: 'what a process that stands by does with requests: `refuse` them with the address of the writer, or `forward` them to it',
  },
  STEMMA_PEER_URL: {
    schema: z.url({ protocol: /^https?$/, error: 'expected an http or https address' }).optional(),
    says: 'the address at which clients and the other processes of the same book reach this process; default: where it listens, or the name of the machine where it listens on all addresses',
  },
  STEMMA_WEBHOOK_ALLOW_PRIVATE: {
    schema: flag.default(false),
    says: '1: webhooks and messages to outside venues may go to private and loopback addresses',
  },
  STEMMA_DERIBIT_CONNECTIONS_PER_ADDRESS: {
    schema: z
      .string()
      .refine(
        (text) => /^\d{1,6}$/.test(text) && Number(text) >= 1,
        `expected 1 to ${CONNECTIONS_OF_ADDRESS_MOST}`,
      )
      .transform(Number)
      .default(32),
    says: 'connections of HTTP and WebSocket together that one address may have to the deribit surface; behind a proxy all come from one',
  },
  STEMMA_LOG_LEVEL: {
    schema: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
    says: 'least severe line that is logged: `fatal`, `error`, `warn`, `info` or `debug`; `silent` logs none',
  },
} as const

export interface Configuration {
  readonly port: number
  readonly host: string
  readonly grpcPort: number
  /** Somebody chose the port: a start without it would not be what was asked for. */
  readonly isGrpcPortChosen: boolean
  readonly grpcHeartbeatSeconds: number
  readonly dataDirectory: string
  readonly store: StoreSetting
  readonly secretKeyFile: string
  readonly isDemo: boolean
  readonly publicUrl: string | null
  readonly standby: 'refuse' | 'forward'
  readonly peerUrl: string | null
  readonly mayReachPrivateAddresses: boolean
  readonly deribitConnectionsPerAddress: number
  readonly logLevel: string
}

type Name = keyof typeof VARIABLES

export function readConfiguration(environment: Readonly<Record<string, string | undefined>>): Configuration {
  const unknown = Object.keys(environment).filter(
    (name) => name.startsWith('STEMMA_') && !(name in VARIABLES) && !isReadElsewhere(name),
  )
  if (unknown.length > 0) throw new ConfigurationFault(`there is no setting ${unknown.join(', ')}`)
  const read = <N extends Name>(name: N): z.output<(typeof VARIABLES)[N]['schema']> => {
    const parsed = VARIABLES[name].schema.safeParse(environment[name] === '' ? undefined : environment[name])
    if (!parsed.success)
      throw new ConfigurationFault(
        `${name}: ${parsed.error.issues[0]?.message ?? 'not valid'} (${VARIABLES[name].says})`,
      )
    return parsed.data as z.output<(typeof VARIABLES)[N]['schema']>
  }
  const dataDirectory = resolve(read('STEMMA_DATA'))
  return {
    port: read('STEMMA_PORT'),
    host: read('STEMMA_HOST'),
    grpcPort: read('STEMMA_GRPC_PORT'),
    isGrpcPortChosen: (environment.STEMMA_GRPC_PORT ?? '') !== '',
    grpcHeartbeatSeconds: read('STEMMA_GRPC_HEARTBEAT_SECONDS'),
    dataDirectory,
    store: read('STEMMA_STORE'),
    secretKeyFile: read('STEMMA_SECRET_KEY_FILE') ?? join(dataDirectory, 'secret.key'),
    isDemo: read('STEMMA_DEMO'),
    publicUrl: read('STEMMA_PUBLIC_URL') ?? null,
    standby: read('STEMMA_STANDBY'),
    peerUrl: read('STEMMA_PEER_URL') ?? null,
    mayReachPrivateAddresses: read('STEMMA_WEBHOOK_ALLOW_PRIVATE'),
    deribitConnectionsPerAddress: read('STEMMA_DERIBIT_CONNECTIONS_PER_ADDRESS'),
    logLevel: read('STEMMA_LOG_LEVEL'),
  }
}

/** Variables of the same family that other programs of the product read. */
const isReadElsewhere = (name: string): boolean =>
  name === 'STEMMA_URL' || name === 'STEMMA_API_KEY' || name.startsWith('STEMMA_TEST_')

const LOOPBACK: readonly string[] = ['127.0.0.1', '::1', 'localhost']

/** The demo world's credentials lie in a file beside the data: it is for this machine alone. */
export function checkDemoIsLocal({ isDemo, host }: Pick<Configuration, 'isDemo' | 'host'>): void {
  if (isDemo && !LOOPBACK.includes(host)) {
    throw new ConfigurationFault(
      `a server with the demo world listens on loopback only, not on ${host}; unset STEMMA_DEMO or STEMMA_HOST`,
    )
  }
}
