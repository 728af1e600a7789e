/** The operator: the book's root with its own accounts, and two people with the highest rights, so that one can check the other. */
import type { Actor, Id } from '@stemma/core'
import { Builder } from '../builder.js'
import type { NativeKey } from '../credentials.js'
import type { DemoPort } from '../port.js'

export interface Operator {
  readonly party: Id
  /** The operator's key as an actor: everything after it is done by this one. */
  readonly builder: Builder
  readonly keys: { readonly operator: NativeKey; readonly checker: NativeKey; readonly supervisor: NativeKey }
}

const SYSTEM: Actor = { kind: 'system' }

export async function createOperator(port: DemoPort): Promise<Operator> {
  const first = new Builder(port, SYSTEM)
  const book = { name: 'stemma', displayName: 'Stemma Demo Clearing House', baseCurrency: 'USD' }
  const party = await first.make('party', 'book.open', book, 'Demo world')
  const user = await first.user({
    party,
    name: 'operator',
    displayName: 'Olive Operator',
    email: 'operator@stemma.example',
    roles: ['operator'],
  })
  const key = await first.apiKey(user, 'demo-operator', 'Demo operator')
  const builder = first.as({ kind: 'credential', credential: key.credential, token: null, actingUser: null })
  const second = await builder.user({
    party,
    name: 'operator-checker',
    displayName: 'Charles Checker',
    email: 'checker@stemma.example',
    roles: ['operator'],
  })
  const checker = await builder.apiKey(second, 'demo-checker', 'Demo checker')
  const third = await builder.user({
    party,
    name: 'operator-supervisor',
    displayName: 'Sunniva Supervisor',
    email: 'supervisor@stemma.example',
    roles: ['supervisor'],
  })
  const supervisor = await builder.apiKey(third, 'demo-supervisor', 'Demo supervisor')
  return {
    party,
    builder,
    keys: {
      operator: { apiKey: key.apiKey },
      checker: { apiKey: checker.apiKey },
      supervisor: { apiKey: supervisor.apiKey },
    },
  }
}
