/**
 * Lines of effects: those of one target that go out one after the other, in the order in which they were asked for.
 * Ids grow, so the lowest id was asked for first.
 */
import type { EffectId } from '@stemma/core'
import { DueTimes } from './due-times.js'

interface Line {
  first: EffectId
  readonly behind: DueTimes<EffectId>
}

export class EffectLines {
  private readonly lines = new Map<string, Line>()

  /** Puts it into the line of its target; true where it is first and may go out. */
  join(target: string, id: EffectId): boolean {
    const line = this.lines.get(target)
    if (line === undefined) this.lines.set(target, { first: id, behind: new DueTimes() })
    else line.behind.add(id, id)
    return line === undefined
  }

  /** Takes it out where it is first; the one behind it, which is first then, or undefined. */
  leave(target: string, id: EffectId): EffectId | undefined {
    const line = this.lines.get(target)
    if (line?.first !== id) return undefined
    const next = line.behind.takeUpTo(Number.POSITIVE_INFINITY)
    if (next === undefined) this.lines.delete(target)
    else line.first = next
    return next
  }
}
