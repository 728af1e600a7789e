/** Metrics in Prometheus' text: what an operator watches and alerts on. */
import type { Batch } from '@stemma/core'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export interface Observed {
  /** Read when the metrics are. */
  readonly lagMilliseconds: () => number
  readonly lagBatches: () => number
  readonly waitingAnswers: () => number
  readonly openStreams: () => number
  readonly openEffects: () => number
  readonly durableSequence: () => number
  readonly isWriter: () => boolean
}

export class Metrics {
  readonly registry = new Registry()
  private readonly batches: Counter
  private readonly batchSequences: Histogram
  private readonly appendSeconds: Histogram
  private readonly requests: Counter
  private readonly failedStreams: Counter
  private readonly unmatchedReports: Counter

  constructor(observed: Observed) {
    const registers = [this.registry]
    collectDefaultMetrics({ register: this.registry, prefix: 'stemma_' })
    this.batches = new Counter({ name: 'stemma_batches_total', help: 'Batches made durable', registers })
    this.batchSequences = new Histogram({
      name: 'stemma_batch_sequences',
      help: 'Sequences in a batch',
      buckets: [1, 4, 16, 64, 256, 1_000],
      registers,
    })
    this.appendSeconds = new Histogram({
      name: 'stemma_append_seconds',
      help: 'Time of an append until it is durable',
      buckets: [0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.05, 0.2, 1],
      registers,
    })
    this.requests = new Counter({
      name: 'stemma_http_requests_total',
      help: 'HTTP requests by surface and status class',
      labelNames: ['surface', 'status'],
      registers,
    })
    this.failedStreams = new Counter({
      name: 'stemma_streams_failed_total',
      help: 'Streams that ended because what comes next could not be told, damaged history among the causes',
      registers,
    })
    this.unmatchedReports = new Counter({
      name: 'stemma_venue_reports_unmatched_total',
      help: 'Reports of outside venues that fitted no order, by kind; one that is filled needs a person',
      labelNames: ['kind'],
      registers,
    })
    gauge(
      registers,
      'stemma_tables_lag_seconds',
      'How far the tables are behind the journal',
      () => observed.lagMilliseconds() / 1_000,
    )
    gauge(
      registers,
      'stemma_tables_lag_batches',
      'Batches that the tables have not reached',
      observed.lagBatches,
    )
    gauge(registers, 'stemma_waiting_answers', 'Answers that wait for the disk', observed.waitingAnswers)
    gauge(registers, 'stemma_open_streams', 'Event streams that are open', observed.openStreams)
    gauge(registers, 'stemma_open_effects', 'Effects that are not settled', observed.openEffects)
    gauge(registers, 'stemma_writer', '1 where this process writes, 0 where it stands by', () =>
      observed.isWriter() ? 1 : 0,
    )
    gauge(registers, 'stemma_durable_sequence', 'The last durable sequence', observed.durableSequence)
  }

  batch({ firstSequence, head, events }: Batch, seconds: number): void {
    this.batches.inc()
    this.batchSequences.observe(head.sequence - firstSequence + 1)
    this.appendSeconds.observe(seconds)
    for (const { kind, data } of events)
      if (kind === 'venue.report_unmatched') this.unmatchedReports.inc({ kind: String(data.kind) })
  }

  streamFailed(): void {
    this.failedStreams.inc()
  }

  request(surface: string, status: number): void {
    this.requests.inc({ surface, status: `${Math.floor(status / 100)}xx` })
  }
}

function gauge(registers: Registry[], name: string, help: string, read: () => number): void {
  new Gauge({
    name,
    help,
    registers,
    collect() {
      this.set(read())
    },
  })
}
