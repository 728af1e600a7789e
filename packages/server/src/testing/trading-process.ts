/** A real server process to be killed, with a door for commands and reads of a test. Not exported. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { HistoryQuery, HistoryRow, Plain } from '@stemma/core'
import type { Answer, Settled } from '../services.js'
import type { Asked } from './door.js'

const DOOR = join(import.meta.dirname, '..', '..', 'dist', 'testing', 'door.js')

/** Nobody knows whether it was done: the process ended before it answered. */
export class Unanswered extends Error {}

type Ready = Pick<TradingProcess, 'url' | 'root'>

export interface TradingProcess {
  readonly url: string
  readonly root: number
  readonly child: ChildProcess
  readonly ended: Promise<unknown>
  execute(command: string, input: Plain, key: string): Promise<Settled>
  read<Result>(name: string, input: Plain): Promise<Result>
  history(table: string, query: HistoryQuery): Promise<readonly HistoryRow[]>
  /** Resolves when the venue has answered what was asked of the order. */
  answered(order: number): Promise<null>
}

export async function startTrading(directory: string, port: string): Promise<TradingProcess> {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('STEMMA_'))
  const child = fork(DOOR, {
    env: {
      ...Object.fromEntries(kept),
      STEMMA_DATA: directory,
      STEMMA_PORT: port,
      STEMMA_GRPC_PORT: '0',
      STEMMA_LOG_LEVEL: 'warn',
      STEMMA_WEBHOOK_ALLOW_PRIVATE: '1',
    },
    serialization: 'advanced',
  })
  const ended = once(child, 'exit')
  const waiting = new Map<number, { resolve(answer: never): void; reject(error: Error): void }>()
  let asked = 0
  const { url, root } = await new Promise<Ready>((resolve, reject) => {
    child.on('message', (message: Ready & { readonly id: number; readonly answer: never }) => {
      if ('url' in message) resolve(message)
      waiting.get(message.id)?.resolve(message.answer)
      waiting.delete(message.id)
    })
    child.on('exit', () => {
      reject(new Error('expected a server, it ended'))
      for (const { reject: refuse } of waiting.values()) refuse(new Unanswered())
      waiting.clear()
    })
  })
  const ask = <Result>(what: Asked): Promise<Result> =>
    new Promise((resolve, reject) => {
      asked += 1
      waiting.set(asked, { resolve, reject })
      if (child.exitCode !== null || child.signalCode !== null || !child.connected) reject(new Unanswered())
      else child.send({ ...what, id: asked }, (error) => error !== null && reject(new Unanswered()))
    })
  return {
    url,
    root,
    child,
    ended,
    execute: (command, input, key) => ask({ ask: 'execute', command, input, key }),
    async read<Result>(name: string, input: Plain) {
      const answer = await ask<Answer<Result>>({ ask: 'read', name, input })
      if (answer.kind === 'refused') throw new Error(`${name}: ${answer.refusal.detail}`)
      return answer.result
    },
    history: (table, query) => ask({ ask: 'history', table, query }),
    answered: (order) => ask({ ask: 'answered', order }),
  }
}
