import { expect, test } from 'vitest'
import { type Event, type Instant, seenFrom } from './index.js'

const transfer: Event = {
  sequence: 7,
  index: 0,
  time: 1 as Instant,
  kind: 'transfer.completed',
  doer: { credential: null, user: null, onBehalfOf: null },
  subject: 'trf_9',
  paths: ['/1/2/3/', '/1/4/5/'],
  data: {
    amount: 100n,
    entries: [
      { account: 30, before: 500n, after: 400n, path: '/1/2/3/' },
      { account: 50, before: 900n, after: 1000n, path: '/1/4/5/' },
    ],
  },
  reason: null,
  request: null,
}

test('who owns both sides sees both, and who owns one sees no balance of the other', () => {
  const accounts = (path: string): unknown[] =>
    (seenFrom(transfer, path).data.entries as readonly { readonly account: number }[]).map(
      ({ account }) => account,
    )
  expect(accounts('/1/')).toEqual([30, 50])
  expect(accounts('/1/2/')).toEqual([30])
  expect(accounts('/1/4/5/')).toEqual([50])
  expect(seenFrom(transfer, '/1/2/').data.amount).toBe(100n)
  expect(seenFrom(transfer, '/1/')).toBe(transfer)
})

test('what the accounts of a command are worth is seen by nobody, whoever owns them', () => {
  const equities = [{ account: 30, currency: 'BTC', equity: 400n }]
  const told: Event = { ...transfer, data: { ...transfer.data, equities } }
  for (const path of ['/1/', '/1/2/']) expect(seenFrom(told, path)).toEqual(seenFrom(transfer, path))
})
