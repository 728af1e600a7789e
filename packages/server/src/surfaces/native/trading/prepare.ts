/** How this surface asks the engine about trading: instruments found, numbers counted, and trades read from history. */
import type { AccountId, Plain } from '@stemma/core'
import type { Services } from '../../../services.js'
import { type Call, type Input, type Prepare, versioned } from '../call.js'
import { settledInput, settledReplacement } from './counted.js'
import { tradedOf } from './traded.js'

const settledCommand: Prepare = async ({ host }, call) => ({
  command: call.operation.name,
  input: await settledInput(host, { ...call, input: versioned(call) }),
})

/** Orders and quotes that come over a socket carry it, and end with it where their account asked for that. */
const overConnection: Prepare = async (services, call) => {
  const prepared = await settledCommand(services, call)
  const { connection, caller, isDryRun } = call
  if (connection === null || isDryRun) return prepared
  const input = prepared.input as Input
  await connection.join({ account: input.account as AccountId, authenticated: caller })
  return { ...prepared, input: { ...input, connection: connection.connection } }
}

const replace: Prepare = async ({ host }, call) => ({
  command: call.operation.name,
  input: await settledReplacement(host, call),
})

/** What is corrected is a trade of history; the engine has no trades. */
const correct: Prepare = async ({ host }, call) => {
  const traded = await tradedOf(host, Number(call.input.trade))
  return {
    command: call.operation.name,
    input: traded === null ? call.input : { ...call.input, traded },
  }
}

export const TRADING_PREPARE: readonly (readonly [string, Prepare])[] = [
  ...[
    'instruments.update',
    'instruments.set_state',
    'instruments.settle',
    'orders.cancel_all',
    'orders.cross',
    'positions.adjust',
    'positions.close',
    'positions.move',
  ].map((name) => [name, settledCommand] as const),
  ['orders.place', overConnection],
  ['orders.quote', overConnection],
  ['orders.replace', replace],
  ['trades.bust', correct],
  ['trades.correct', correct],
]

export type Ask = (services: Services, call: Call) => Promise<Input>

const settledQuery: Ask = ({ host }, call) => settledInput(host, call)

const also =
  (more: Readonly<Record<string, Plain>>): Ask =>
  async ({ host }, call) => ({ ...(await settledInput(host, call)), ...more })

/** Queries whose input is not what the engine takes. */
export const ASK: ReadonlyMap<string, Ask> = new Map([
  ['instruments.get', also({ symbol: null })],
  ['orders.preview', also({ onReject: 'refuse' })],
  ...[
    'books.get',
    'quotes.get',
    'statistics.get',
    'orders.open',
    'positions.get',
    'positions.list',
    'margin.of_quantity',
    'margin.simulate',
  ].map((name) => [name, settledQuery] as const),
])
