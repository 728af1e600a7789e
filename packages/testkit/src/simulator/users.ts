/** What users ask for: the traffic of commands, alone, in batches and as previews, and reads of all kinds in between. */
import type { Actor, Engine, Id } from '@stemma/core'
import type { Request } from '@stemma/server'
import type { SeededRandom } from './random.js'
import { textOf } from './same.js'
import type { Traffic } from './traffic.js'

export type Asked =
  | { readonly kind: 'execute' | 'preview'; readonly request: Request }
  | { readonly kind: 'linked' | 'each'; readonly requests: readonly Request[] }
  | { readonly kind: 'read'; readonly name: string; readonly actor: Actor; readonly input: object }
  /** Events behind one of those that are durable, counted from the start. */
  | { readonly kind: 'history'; readonly place: number }

const WEIGHTS = { execute: 70, preview: 3, linked: 3, each: 3, read: 15, history: 3, openMany: 0.2 } as const
const SYSTEM: Actor = { kind: 'system' }
const TOGETHER_MAX = 5
const OPENED_MAX = 400

export class Users {
  private opened = 0

  constructor(
    private readonly random: SeededRandom,
    private readonly traffic: Traffic,
    /** Whose keys are remembered. */
    private readonly operators: readonly Actor[],
  ) {}

  next(engine: Engine, events: number): Asked {
    const kind = this.random.weighted(WEIGHTS)
    switch (kind) {
      case 'execute':
      case 'preview':
        return { kind, request: this.request() }
      case 'linked':
      case 'each': {
        const requests = Array.from({ length: this.random.between(1, TOGETHER_MAX) }, () => this.request())
        return { kind, requests }
      }
      case 'read':
        return this.read(engine)
      case 'history':
        return { kind, place: this.random.below(Math.max(1, events)) }
      case 'openMany':
        return { kind: 'execute', request: this.openMany(engine) }
    }
  }

  private request(): Request {
    const { command, input, key } = this.traffic.next()
    // One in ten comes from the house itself, as a job does: whatever is suspended, somebody can undo it.
    if (key === null && this.random.chance(0.2)) return { command, input, actor: SYSTEM }
    const actor = this.random.pick(this.operators)
    return { command, input, actor, ...(key === null ? {} : { key: { key, bodyHash: textOf(input) } }) }
  }

  read({ rooms: { hierarchy } }: Engine): Asked {
    const [account, party] = [
      this.some(hierarchy.accounts.idsInOrder()),
      this.some(hierarchy.parties.idsInOrder()),
    ]
    const actor = this.random.chance(0.5) ? SYSTEM : this.random.pick(this.operators)
    switch (this.random.weighted({ balances: 6, summary: 3, account: 2, party: 1 })) {
      case 'balances':
        return { kind: 'read', name: 'balances.list', actor, input: { account } }
      case 'summary':
        return { kind: 'read', name: 'nodes.summary', actor, input: { party } }
      case 'account':
        return { kind: 'read', name: 'accounts.get', actor, input: { account } }
      case 'party':
        return { kind: 'read', name: 'parties.get', actor, input: { party } }
    }
  }

  /** Long work: it goes on in steps between everything else. */
  private openMany({ rooms: { hierarchy } }: Engine): Request {
    this.opened += 1
    const counted = {
      prefix: `many-${this.opened}-`,
      first: 1,
      digits: 4,
      count: this.random.between(2, OPENED_MAX),
    }
    const input = {
      party: this.some(hierarchy.parties.idsInOrder()),
      main: null,
      template: null,
      type: 'cash',
      baseCurrency: null,
      needsClearing: false,
      counted,
      items: null,
    }
    const key = `many-${this.opened}`
    return {
      command: 'accounts.open_many',
      input,
      actor: this.random.pick(this.operators),
      key: { key, bodyHash: key },
    }
  }

  private some(ids: readonly Id[]): Id {
    return this.random.pick(ids)
  }
}
