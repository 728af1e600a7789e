// Every environment variable, right and wrong.
import { join, resolve } from 'node:path'
import { describe, expect, it, test } from 'vitest'
import { ConfigurationFault, checkDemoIsLocal, readConfiguration, VARIABLES } from './configuration.js'

const DEFAULTS = {
  port: 4000,
  host: '127.0.0.1',
  grpcPort: 4001,
  isGrpcPortChosen: false,
  grpcHeartbeatSeconds: 30,
  dataDirectory: resolve('data'),
  store: 'sqlite',
  secretKeyFile: resolve('data', 'secret.key'),
  isDemo: false,
  publicUrl: null,
  standby: 'refuse',
  peerUrl: null,
  mayReachPrivateAddresses: false,
  deribitConnectionsPerAddress: 32,
  logLevel: 'info',
}

describe('the environment', () => {
  it('may say nothing', () => {
    expect(readConfiguration({})).toEqual(DEFAULTS)
    expect(readConfiguration({ PATH: '/bin', HOME: undefined })).toEqual(DEFAULTS)
  })

  it('says nothing with an empty text', () => {
    expect(readConfiguration(Object.fromEntries(Object.keys(VARIABLES).map((name) => [name, ''])))).toEqual(
      DEFAULTS,
    )
  })

  test.each<[string, string, object]>([
    ['STEMMA_PORT', '0', { port: 0 }],
    ['STEMMA_PORT', '65535', { port: 65_535 }],
    ['STEMMA_HOST', '0.0.0.0', { host: '0.0.0.0' }],
    ['STEMMA_HOST', '::1', { host: '::1' }],
    ['STEMMA_GRPC_PORT', '5001', { grpcPort: 5_001, isGrpcPortChosen: true }],
    ['STEMMA_GRPC_PORT', '4001', { isGrpcPortChosen: true }],
    ['STEMMA_GRPC_HEARTBEAT_SECONDS', '1', { grpcHeartbeatSeconds: 1 }],
    ['STEMMA_GRPC_HEARTBEAT_SECONDS', '540', { grpcHeartbeatSeconds: 540 }],
    [
      'STEMMA_DATA',
      '/var/lib/stemma',
      { dataDirectory: '/var/lib/stemma', secretKeyFile: '/var/lib/stemma/secret.key' },
    ],
    [
      'STEMMA_DATA',
      'here',
      { dataDirectory: resolve('here'), secretKeyFile: join(resolve('here'), 'secret.key') },
    ],
    ['STEMMA_STORE', 'memory', { store: 'memory' }],
    ['STEMMA_STORE', 'sqlite', {}],
    [
      'STEMMA_STORE',
      'postgres://stemma:hush@db.internal:5433/books?sslmode=verify-full',
      { store: 'postgres://stemma:hush@db.internal:5433/books?sslmode=verify-full' },
    ],
    ['STEMMA_SECRET_KEY_FILE', '/run/secrets/key', { secretKeyFile: '/run/secrets/key' }],
    ['STEMMA_DEMO', '1', { isDemo: true }],
    ['STEMMA_DEMO', '0', {}],
    ['STEMMA_PUBLIC_URL', 'https://stemma.example', { publicUrl: 'https://stemma.example' }],
    ['STEMMA_PUBLIC_URL', 'http://10.0.0.1:4000', { publicUrl: 'http://10.0.0.1:4000' }],
    ['STEMMA_STANDBY', 'refuse', {}],
    ['STEMMA_STANDBY', 'forward', { standby: 'forward' }],
    ['STEMMA_PEER_URL', 'http://stemma-1.internal:4000', { peerUrl: 'http://stemma-1.internal:4000' }],
    ['STEMMA_WEBHOOK_ALLOW_PRIVATE', '1', { mayReachPrivateAddresses: true }],
    ['STEMMA_DERIBIT_CONNECTIONS_PER_ADDRESS', '1', { deribitConnectionsPerAddress: 1 }],
    ['STEMMA_DERIBIT_CONNECTIONS_PER_ADDRESS', '999999', { deribitConnectionsPerAddress: 999_999 }],
    ['STEMMA_LOG_LEVEL', 'silent', { logLevel: 'silent' }],
    ['STEMMA_LOG_LEVEL', 'debug', { logLevel: 'debug' }],
  ])('%s may be %s', (name, value, more) => {
    expect(readConfiguration({ [name]: value })).toEqual({ ...DEFAULTS, ...more })
  })

  test.each([
    ['STEMMA_PORT', '-1'],
    ['STEMMA_STANDBY', 'serve'],
    ['STEMMA_PEER_URL', 'stemma-1.internal'],
    ['STEMMA_PEER_URL', 'ftp://stemma-1.internal'],
    ['STEMMA_PORT', '65536'],
    ['STEMMA_PORT', '80.5'],
    ['STEMMA_PORT', 'http'],
    ['STEMMA_PORT', ' '],
    ['STEMMA_PORT', '0x50'],
    ['STEMMA_PORT', '1e3'],
    ['STEMMA_GRPC_PORT', '70000'],
    ['STEMMA_GRPC_HEARTBEAT_SECONDS', '0'],
    ['STEMMA_GRPC_HEARTBEAT_SECONDS', '541'],
    ['STEMMA_GRPC_HEARTBEAT_SECONDS', '1.5'],
    ['STEMMA_STORE', 'postgres'],
    ['STEMMA_STORE', 'mysql://localhost/books'],
    ['STEMMA_STORE', 'postgres:///books'],
    ['STEMMA_STORE', 'postgres://localhost'],
    ['STEMMA_STORE', 'postgres://localhost/'],
    ['STEMMA_DEMO', 'true'],
    ['STEMMA_DEMO', 'yes'],
    ['STEMMA_PUBLIC_URL', 'stemma.example'],
    ['STEMMA_PUBLIC_URL', 'ftp://stemma.example'],
    ['STEMMA_WEBHOOK_ALLOW_PRIVATE', 'on'],
    ['STEMMA_DERIBIT_CONNECTIONS_PER_ADDRESS', '0'],
    ['STEMMA_DERIBIT_CONNECTIONS_PER_ADDRESS', '1000000'],
    ['STEMMA_LOG_LEVEL', 'loud'],
  ])('%s may not be "%s", and the sentence names it and says what it is for', (name, value) => {
    const read = () => readConfiguration({ [name]: value })
    expect(read).toThrow(ConfigurationFault)
    expect(read).toThrow(`${name}: `)
    expect(read).toThrow(VARIABLES[name as keyof typeof VARIABLES].says)
  })

  it('does not tell a password in what it says of an address', () => {
    const read = () => readConfiguration({ STEMMA_STORE: 'postgres://stemma:hush@localhost' })
    expect(read).toThrow('expected sqlite, memory, or a postgres:// address')
    expect(read).not.toThrow('hush')
  })

  it('names every setting of ours that there is not', () => {
    const read = () =>
      readConfiguration({ STEMMA_PROT: '1', STEMMA_DATA_DIR: 'x', STEMMA_PORT: '1', OTHER: 'x' })
    expect(read).toThrow('there is no setting STEMMA_PROT, STEMMA_DATA_DIR')
  })

  it('may hold what the other programs of the product read', () => {
    const others = {
      STEMMA_URL: 'http://127.0.0.1:4000',
      STEMMA_API_KEY: 'sk',
      STEMMA_TEST_DATABASE_URL: 'x',
      STEMMA_TEST_REPORT: 'x',
    }
    expect(readConfiguration(others)).toEqual(DEFAULTS)
  })
})

describe('the demo world', () => {
  test.each(['127.0.0.1', '::1', 'localhost'])('may be served on %s', (host) =>
    checkDemoIsLocal({ isDemo: true, host }),
  )
  test.each(['0.0.0.0', '::', '10.0.0.1', '127.0.0.53', 'stemma.example', '127.evil.example', ''])(
    'may not be served on "%s"',
    (host) => {
      expect(() => checkDemoIsLocal({ isDemo: true, host })).toThrow(ConfigurationFault)
      expect(() => checkDemoIsLocal({ isDemo: true, host })).toThrow(
        `listens on loopback only, not on ${host}`,
      )
      checkDemoIsLocal({ isDemo: false, host })
    },
  )
})
