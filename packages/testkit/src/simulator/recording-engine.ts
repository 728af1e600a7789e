/** The engine of a simulated process. It is the real one, and keeps what was asked of it in order, with the answers. */
import { type Actor, Engine, type Envelope, type Instant, type Outcome, type Refusal } from '@stemma/core'

export type Call =
  | { readonly kind: 'execute' | 'preview'; readonly envelope: Envelope; readonly outcome: Outcome }
  | {
      readonly kind: 'linked'
      readonly envelopes: readonly Envelope[]
      readonly outcomes: readonly Outcome[]
      readonly failedAt: number | null
    }
  | {
      readonly kind: 'read'
      readonly name: string
      readonly actor: Actor
      readonly input: unknown
      readonly time: Instant
      readonly answer: object
    }
  | { readonly kind: 'tick'; readonly time: Instant }

export interface Called {
  readonly call: Call
  /** Where the image stood before and after it. */
  readonly before: number
  readonly after: number
}

export class RecordingEngine extends Engine {
  /** Oldest first; the model takes from the front what has become durable. */
  readonly calls: Called[] = []

  override execute(envelope: Envelope): Outcome {
    return this.recorded(
      () => super.execute(envelope),
      (outcome) => ({ kind: 'execute', envelope, outcome }),
    )
  }

  override preview(envelope: Envelope): Outcome {
    return this.recorded(
      () => super.preview(envelope),
      (outcome) => ({ kind: 'preview', envelope, outcome }),
    )
  }

  override executeLinked(envelopes: readonly Envelope[]): ReturnType<Engine['executeLinked']> {
    return this.recorded(
      () => super.executeLinked(envelopes),
      (linked) => ({ kind: 'linked', envelopes, ...linked }),
    )
  }

  override read<Result>(
    name: string,
    actor: Actor,
    input: unknown,
    time: Instant,
  ): { readonly result: Result } | { readonly refusal: Refusal } {
    return this.recorded(
      () => super.read<Result>(name, actor, input, time),
      (answer) => ({ kind: 'read', name, actor, input, time, answer }),
    )
  }

  override tick(time: Instant): void {
    this.recorded(
      () => super.tick(time),
      () => ({ kind: 'tick', time }),
    )
  }

  private recorded<Answer>(act: () => Answer, call: (answer: Answer) => Call): Answer {
    const before = this.image.head.sequence
    const answer = act()
    this.calls.push({ call: call(answer), before, after: this.image.head.sequence })
    return answer
  }
}
