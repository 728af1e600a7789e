import { type AccountId, Engine, type Instant, type Plain } from '@stemma/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Auditor } from '../auditor/auditor.js'
import { sha256 } from '../simulator/hasher.js'
import { LedgerOracle } from './ledger-oracle.js'

const ACCOUNTS = 4
const CURRENCIES = ['USD', 'EUR'] as const
const LEAF_MAX = 2n ** 63n - 1n

const account = fc.nat(ACCOUNTS - 1)
const currency = fc.constantFrom(...CURRENCIES)
const amount = fc.oneof(
  { weight: 8, arbitrary: fc.bigInt({ min: 1n, max: 1_000n }) },
  { weight: 1, arbitrary: fc.constantFrom(0n, -1n, LEAF_MAX, LEAF_MAX - 1n, LEAF_MAX / 2n) },
)
const step = fc.oneof(
  fc.record({ kind: fc.constant('deposit' as const), account, currency, amount }),
  fc.record({ kind: fc.constant('transfer' as const), account, to: account, currency, amount }),
  fc.record({ kind: fc.constant('hold' as const), account, currency, amount }),
  fc.record({ kind: fc.constant('capture' as const), to: account, amount, place: fc.nat() }),
  fc.record({ kind: fc.constant('release' as const), place: fc.nat() }),
)

function makeWorld() {
  const engine = new Engine()
  const execute = (command: string, input: Plain) =>
    engine.execute({ command, input, actor: { kind: 'system' }, time: 1_760_000_000_000_000 as Instant })
  const run = (command: string, input: Plain): Readonly<Record<string, number>> => {
    const outcome = execute(command, input)
    if (outcome.kind !== 'done') throw new Error(`expected ${command}, was ${JSON.stringify(outcome)}`)
    return outcome.result as Readonly<Record<string, number>>
  }
  const opened = run('book.open', { name: 'house', displayName: 'House', baseCurrency: 'USD' })
  const accounts = Array.from({ length: ACCOUNTS }, (_, index) => {
    const input = {
      party: opened.party!,
      main: null,
      template: null,
      name: `a-${index}`,
      displayName: 'A',
      type: 'cash',
      baseCurrency: null,
      needsClearing: false,
      attributes: {},
    }
    return run('accounts.open', input).account as AccountId
  })
  const { outsideWorld } = opened.accounts as unknown as { outsideWorld: number }
  return { engine, execute, accounts, oracle: new LedgerOracle(outsideWorld) }
}

test('the engine and the naive ledger agree on every answer and every balance', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { engine, execute, accounts, oracle } = makeWorld()
      const { ledger } = engine.rooms
      const answerOf = (command: string, input: Plain) => {
        const outcome = execute(command, input)
        if (outcome.kind === 'repeated') throw new Error('expected no key to be used')
        return outcome.kind === 'refused'
          ? { verdict: outcome.refusal.code as string, result: null }
          : { verdict: 'done', result: outcome.result as Readonly<Record<string, number>> }
      }
      for (const next of steps) {
        const holds = oracle.liveHolds()
        if (next.kind === 'deposit') {
          const id = accounts[next.account]!
          const input = {
            account: id,
            currency: next.currency,
            amount: next.amount,
            reference: 'r',
            description: null,
            settle: true,
          }
          expect(answerOf('deposits.create', input).verdict).toBe(
            oracle.deposit(id, next.currency, next.amount),
          )
        } else if (next.kind === 'transfer') {
          const [from, to] = [accounts[next.account]!, accounts[next.to]!]
          const input = { from, to, currency: next.currency, amount: next.amount, description: null }
          expect(answerOf('transfers.create', input).verdict).toBe(
            oracle.transfer(from, to, next.currency, next.amount),
          )
        } else if (next.kind === 'hold') {
          const id = accounts[next.account]!
          const expected = oracle.mayHold(id, next.currency, next.amount)
          const input = {
            account: id,
            currency: next.currency,
            amount: next.amount,
            reason: 'r',
            expiresAt: null,
          }
          const { verdict, result } = answerOf('holds.create', input)
          expect(verdict).toBe(expected)
          if (result !== null) oracle.hold(result.hold!, id, next.currency, next.amount)
        } else if (holds.length > 0) {
          const hold = holds[next.place % holds.length]!
          if (next.kind === 'release') {
            expect(answerOf('holds.release', { hold }).verdict).toBe('done')
            oracle.release(hold)
          } else {
            const to = accounts[next.to]!
            const input = { hold, amount: next.amount, to }
            expect(answerOf('holds.capture', input).verdict).toBe(oracle.capture(hold, next.amount, to))
          }
        }
        for (const id of accounts) {
          for (const code of CURRENCIES) {
            const row = ledger.find(id, code as never)
            expect([ledger.posted(row), ledger.held(row)]).toEqual([
              oracle.posted(id, code),
              oracle.held(id, code),
            ])
          }
        }
      }
      expect(new Auditor(engine, sha256).auditState()).toEqual([])
    }),
    { numRuns: 300 },
  )
})
