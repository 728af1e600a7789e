/**
 * Effects: the only way out of the engine. An effect is a row in the same batch as the change that asked for it; the
 * host delivers it after that batch is durable, at least once, under the row's id, and the answer comes back as a
 * command. What is still a row was not settled, so a new writer delivers it again.
 */
import { choice, count, type Plain, refOrNull, text, time, timeOrNull, value } from './column.js'
import type { Id } from './ids.js'
import type { Image } from './image.js'
import type { Instant } from './instant.js'
import type { Table } from './table.js'

export type EffectId = Id<'effect'>

export const EFFECT_KINDS = ['webhook', 'mail', 'venue', 'file', 'party_key'] as const
export type EffectKind = (typeof EFFECT_KINDS)[number]

const effectFields = {
  kind: choice(EFFECT_KINDS),
  /** Where it goes: a webhook endpoint's id, a mail address sealed by the host, a venue's name, the key of a party to destroy. */
  target: text(),
  payload: value<Plain>(),
  /** Whose business it is: who may see the attempts. Null: the operator's. */
  party: refOrNull<Id>(),
  attempts: count(),
  /** When the host tries next; null once it has given up and a person has to look. */
  nextAttemptAt: timeOrNull(),
  createdAt: time(),
}

export class Effects {
  readonly table: Table<EffectId, typeof effectFields>

  constructor(private readonly image: Image) {
    this.table = image.table('effects', 'eff', effectFields)
  }

  request(kind: EffectKind, target: string, payload: Plain, party: Id | null, now: Instant): EffectId {
    const id = this.image.newId<EffectId>()
    this.table.insert(id, { kind, target, payload, party, attempts: 0, nextAttemptAt: now, createdAt: now })
    return id
  }
}
