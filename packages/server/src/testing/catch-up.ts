/**
 * Takes the steps that are due by themselves in a moment, such as those that restate figures behind a trade, so that
 * what a test counts from here on is what it asks for itself: the sequence at which that begins.
 */
import { type Engine, SECOND } from '@stemma/core'

export function catchUp(engine: Engine): number {
  const soon = engine.image.head.time + SECOND
  for (let at = engine.nextDueAt(); at !== undefined && at < soon; at = engine.nextDueAt()) engine.tick(at)
  return engine.image.head.sequence
}
