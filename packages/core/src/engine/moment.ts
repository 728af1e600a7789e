/** The moment of an engine: who, when and why of the command that is being decided. */
import { SYSTEM } from '../access/index.js'
import type {
  Attempted,
  Doer,
  EffectId,
  EffectKind,
  Effects,
  Id,
  Image,
  Instant,
  NewEvent,
  Plain,
} from '../image/index.js'
import type { ApprovedCommand } from '../ledger/index.js'

/** The one moment of an engine, set anew for each command: who, when, why. */
export class MutableMoment {
  now = 0 as Instant
  horizon = 0 as Instant
  doer: Doer = SYSTEM
  reason: string | null = null
  request: string | null = null
  eventIndex = 0
  /** While an approved command is carried out: which approval, and who gave it. */
  approved: { readonly approval: Id; readonly checker: Id | null } | null = null

  constructor(
    readonly image: Image,
    readonly effects: Effects,
    readonly emit: (event: NewEvent) => void,
    readonly attempt: <Result>(part: () => Result) => Attempted<Result>,
    readonly carryOut: (approved: ApprovedCommand) => Plain,
  ) {}

  effect(kind: EffectKind, target: string, payload: Plain, party: Id | null = null): EffectId {
    return this.effects.request(kind, target, payload, party, this.now)
  }
}
