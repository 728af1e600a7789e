/** The record of a taking over: nothing happened in it, but it takes a number of the journal, which is the fence. */
import type { Batch, Head, Instant } from '@stemma/core/image'

const START: Head = { sequence: 0, time: 0 as Instant, idCounter: 0 }

/** Stands where the book stood at `head`; null for a book without a record. */
export const takingOver = (head: Head | null): Batch => ({
  firstSequence: (head ?? START).sequence + 1,
  head: head ?? START,
  events: [],
  images: [],
  results: [],
})
