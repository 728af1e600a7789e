/**
 * A main account and its subaccounts, asked natively, by hand in the words of the second venue, and by its library; each
 * answer with the sequence that it came with. Not exported.
 */
import { expect } from 'vitest'
import type { ccxtOf } from './ccxt.js'
import { type Told as Answered, basic, type CryptoDesk, type Key, openCryptoDesk } from './crypto-desk.js'

export type Told = Answered['body']
interface At {
  readonly sequence: number
  readonly result: Told
}

/** The desk, and the party that all of its accounts belong to. */
export async function openFamily(): Promise<{ readonly desk: CryptoDesk; readonly party: `pty_${number}` }> {
  const desk = await openCryptoDesk()
  const { party } = await desk.operate('GET', `/accounts/${acc(desk.main)}`)
  return { desk, party }
}

export const acc = ({ accountId }: Pick<Key, 'accountId'>): `acc_${number}` => `acc_${accountId}`
export const orderNumber = (id: unknown): number => Number(String(id).split(/[-_]/).at(-1))
const sequenceOf = ({ headers }: Response): number => Number(headers.get('stemma-sequence'))

/** What the library makes of an answer, and the sequence that the answer came with. */
export async function library(
  exchange: ReturnType<typeof ccxtOf>,
  ask: (exchange: ReturnType<typeof ccxtOf>) => Promise<Told>,
): Promise<At> {
  const result = await ask(exchange)
  const headers = Object.entries(exchange.last_response_headers as Record<string, string>)
  const [, sequence] = headers.find(([name]) => name.toLowerCase() === 'stemma-sequence') ?? []
  return { sequence: Number(sequence), result }
}

/** Both languages, spoken to the desk of the test that runs. */
export function languagesOf(now: () => CryptoDesk) {
  async function native(path: string): Promise<At> {
    const response = await fetch(`${now().url}/stemma/v1${path}`, {
      headers: { authorization: `Bearer ${now().operatorKey}` },
    })
    if (response.status !== 200) throw new Error(`${path}: ${await response.text()}`)
    return { sequence: sequenceOf(response), result: await response.json() }
  }
  async function venue(method: string, params: object = {}, key: Key = now().main): Promise<At> {
    const response = await fetch(`${now().url}/api/v2/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...basic(key) },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    })
    const { result, error } = (await response.json()) as Told
    if (error !== undefined) throw new Error(`${method}: ${JSON.stringify(error)}`)
    return { sequence: sequenceOf(response), result }
  }
  const done = async (method: string, params?: object, key?: Key): Promise<Told> =>
    (await venue(method, params, key)).result
  const faultOf = async (method: string, params: object = {}, key: Key = now().main): Promise<Told> =>
    (await now().call(method, params, key)).body.error

  /** All of it as of one and the same sequence. */
  async function atOneSequence<Read extends Readonly<Record<string, Promise<At>>>>(
    reads: Read,
  ): Promise<{ readonly [K in keyof Read]: Told }> {
    const answers = await Promise.all(
      Object.entries(reads).map(async ([name, answer]) => [name, await answer] as const),
    )
    const sequences = answers.map(([name, { sequence }]) => [name, sequence])
    const head = now().server.host.durableSequence
    expect(sequences).toEqual(sequences.map(([name]) => [name, head]))
    return Object.fromEntries(answers.map(([name, { result }]) => [name, result])) as never
  }
  return { native, venue, done, faultOf, atOneSequence }
}
