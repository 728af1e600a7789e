/** A record as format 1 wrote it. It is never made anew: whoever changes the codec must still read it. */
import type { Batch } from '@stemma/core/image'
import type { EncodedBatch } from './codec.js'

const bytes = (base64: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(base64, 'base64'))

export const FORMAT_1_RECORD: EncodedBatch = {
  version: 1,
  firstSequence: 7,
  lastSequence: 8,
  head: bytes('kwjLQxgokGB5A+jLQfAAAAAQAAA='),
  events: bytes(
    'kZwHAMtDGCiQYHkD6LJ0cmFuc2Zlci5jb21wbGV0ZWQMwAWldHJmXzmSpS8xLzUvpS8xLzYv1HJAlqRmcm9tonRvpmFtb3VudKNmZWWkbm90ZaVwYXJ0c80D6M0H0NhCAAAAEAAAAAAAAAAAAAAAANP//////////6xHcsO8w59lIPCfkraS1HJBkqNsZWemaXNMYXN0AcJBAsPApXJlcV8x',
  ),
  images: bytes(
    'kZSoYmFsYW5jZXOTp2FjY291bnSnY3JlZGl0c6ZsaW1pdHOSlArNA+jPgAAAAAAAAADUckCRo1VTRNMAAAAAAAAABZQLzQfQ04AAAAAAAAAAwJEM',
  ),
  results: bytes(
    'kZcIy0MYKJBgeQPoDLB0cmFuc2ZlcnMuY3JlYXRlo2stMaRhYjEy1HJAkqh0cmFuc2ZlcqRyYXRlCcs/4AAAAAAAAA==',
  ),
}

/** As record 42 of book 3, first of its chain. */
export const FORMAT_1_HASH = 'eaaf553b4b9aea67d45c6a404390c765867712efe83bc2ef68bcd8a20fde616e'

export const FORMAT_1_BATCH = {
  firstSequence: 7,
  head: { sequence: 8, time: 1700000000000250, idCounter: 4294967297 },
  events: [
    {
      sequence: 7,
      index: 0,
      time: 1700000000000250,
      kind: 'transfer.completed',
      doer: { credential: 12, user: null, onBehalfOf: 5 },
      subject: 'trf_9',
      paths: ['/1/5/', '/1/6/'],
      data: {
        from: 1000,
        to: 2000,
        amount: 1267650600228229401496703205376n,
        fee: -1n,
        note: 'Grüße 💶',
        parts: [
          { leg: 1, isLast: false },
          { leg: 2, isLast: true },
        ],
      },
      reason: null,
      request: 'req_1',
    },
  ],
  images: [
    {
      table: 'balances',
      columns: ['account', 'credits', 'limits'],
      rows: [
        [10, 1000, 9223372036854775808n, { USD: 5n }],
        [11, 2000, -9223372036854775808n, null],
      ],
      removed: [12],
    },
  ],
  results: [
    {
      sequence: 8,
      at: 1700000000000250,
      owner: 12,
      operation: 'transfers.create',
      key: 'k-1',
      bodyHash: 'ab12',
      result: { transfer: 9, rate: 0.5 },
    },
  ],
} as unknown as Batch
