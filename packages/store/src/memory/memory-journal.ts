/** A journal in memory: what several stores of one process can have open, as several processes have a database open. */
import type { Head, KeyedResult } from '@stemma/core/image'
import { CHAIN_START } from '../record/chain.js'
import { decodeHead, decodeResultsOf, type EncodedBatch } from '../record/codec.js'

export interface KeptRecord {
  readonly record: EncodedBatch
  readonly epoch: number
  readonly hash: string
}

export class MemoryJournal {
  readonly records: KeptRecord[] = []
  readonly results = new Map<number, KeyedResult>()
  /** Who writes. */
  epoch = 0
  renewals = 0
  address: string | null = null

  get hash(): string {
    return this.records.at(-1)?.hash ?? CHAIN_START
  }

  get head(): Head | null {
    const last = this.records.at(-1)
    return last === undefined ? null : decodeHead(last.record.head)
  }

  keep(kept: KeptRecord): void {
    this.records.push(kept)
    for (const result of decodeResultsOf(kept.record)) this.results.set(result.sequence, result)
  }
}
