/**
 * The process behind trading-process.ts: a server as it is configured, and a door to its engine host for the test that
 * began it. A command comes in as the message of a client would, under its key, and is answered once it is durable.
 */
import { hash } from 'node:crypto'
import { serialize } from 'node:v8'
import type { Engine, HistoryQuery, OrderId, Plain } from '@stemma/core'
import { readConfiguration } from '../ops/configuration.js'
import { type RunningServer, startServer } from '../server.js'

export type Asked =
  | { readonly ask: 'execute'; readonly command: string; readonly input: Plain; readonly key: string }
  | { readonly ask: 'read'; readonly name: string; readonly input: Plain }
  | { readonly ask: 'history'; readonly table: string; readonly query: HistoryQuery }
  /** Resolves when the venue has answered what was asked of the order. */
  | { readonly ask: 'answered'; readonly order: number }

export type Posted = Asked & { readonly id: number }

const system = { kind: 'system' } as const

function isPending({ rooms }: Engine, order: number): boolean {
  const { orders } = rooms.trading
  const row = orders.find(order as OrderId)
  return row >= 0 && orders.state.get(row).startsWith('pending_')
}

async function untilAnswered({ host, engine }: RunningServer, order: number): Promise<null> {
  if (!isPending(engine, order)) return null
  await new Promise<void>((resolve) => {
    const following = host.subscribe(system, { under: null, kinds: ['order.'] }, null, () => {
      if (!isPending(engine, order))
        void following.then((answered) => {
          if (answered.kind === 'answer') answered.result.close()
          resolve()
        })
      return true
    })
  })
  return null
}

async function answer(running: RunningServer, asked: Asked): Promise<unknown> {
  const { host, engine } = running
  if (asked.ask === 'answered') return untilAnswered(running, asked.order)
  if (asked.ask === 'read') return host.read(asked.name, system, asked.input)
  if (asked.ask === 'history') return host.history(asked.table, asked.query)
  const [credential] = engine.rooms.identity.credentials.idsInOrder()
  if (credential === undefined) throw new Error('expected the key of the operator')
  return host.execute({
    command: asked.command,
    input: asked.input,
    actor: { kind: 'credential', credential, token: null, actingUser: null },
    key: { key: asked.key, bodyHash: hash('sha256', serialize(asked.input), 'base64') },
  })
}

const server = await startServer({ configuration: readConfiguration(process.env) })
process.on('message', async (posted: Posted) => {
  process.send?.({ id: posted.id, answer: await answer(server, posted) })
})
process.on('disconnect', () => process.exit())
process.send?.({ url: server.url, root: server.services.sealing.operator })
