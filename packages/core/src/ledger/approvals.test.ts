/** Maker and checker: what waits, who may decide it, and under whose locks it is carried out. */
import { beforeEach, describe, expect, it } from 'vitest'
import { Engine } from '../engine.js'
import type { AccountId, PartyId } from '../hierarchy/index.js'
import { copyPrimary, DAY, instant, type Plain } from '../image/index.js'
import { hashOf } from '../testing/hash.js'
import { bind, createPerson, type Person } from '../testing/people.js'
import {
  answer,
  createParty,
  done,
  openAccount,
  openBook,
  refusedWith,
  run,
  START,
} from '../testing/world.js'
import { APPROVAL_WAITS } from './index.js'

const DOLLAR = 10n ** 6n
let engine: Engine
let firm: PartyId
let ann: AccountId
let pool: AccountId
let maker: Person
let checker: Person

beforeEach(() => {
  engine = new Engine()
  const book = openBook(engine)
  firm = createParty(engine, book.party, 'firm', { kind: 'participant' })
  ann = openAccount(engine, firm, 'ann')
  pool = openAccount(engine, firm, 'pool')
  const money = { account: ann, currency: 'USD', amount: 1_000n * DOLLAR, reference: null, description: null }
  done(engine, 'deposits.create', { ...money, settle: true })
  maker = createPerson(engine, firm, 'maker', { roles: ['firm_administrator'] })
  checker = createPerson(engine, firm, 'checker', { roles: ['firm_administrator'] })
  policy({ money: { above: { USD: '100.00' } }, rights: 'never', corrections: 'always' })
})

const policy = (value: Plain): unknown =>
  done(engine, 'settings.set', { node: firm, name: 'approvals.policy', value, from: null })
const transfer = (dollars: number): Record<string, Plain> => ({
  from: ann,
  to: pool,
  currency: 'USD',
  amount: BigInt(dollars) * DOLLAR,
  description: null,
})
const request = (dollars = 101): number =>
  done<{ approval: number }>(engine, 'transfers.create', transfer(dollars), { actor: maker.actor }).approval
const posted = (account: AccountId): bigint =>
  answer<{ posted: bigint }>(engine, 'balances.get', { account, currency: 'USD' }).posted / DOLLAR

describe('approvals', () => {
  it('are asked for above the amount, and never of the system', () => {
    expect(done(engine, 'transfers.create', transfer(100), { actor: maker.actor })).toHaveProperty('transfer')
    expect(done(engine, 'transfers.create', transfer(101), { actor: maker.actor })).toHaveProperty('approval')
    expect(done(engine, 'transfers.create', transfer(102))).toHaveProperty('transfer')
    expect(posted(pool)).toBe(202n)
  })

  it('carry the command out for its maker, and name the checker', () => {
    const approval = request()
    const outcome = run(engine, 'approvals.approve', { approval }, { actor: checker.actor })
    if (outcome.kind !== 'done') throw new Error('expected the approval to be done')
    expect(posted(pool)).toBe(101n)
    expect(outcome.result).toMatchObject({ approval, result: { transfer: expect.any(Number) } })
    const [booked, approved] = outcome.events
    expect(booked).toMatchObject({
      kind: 'transfer.completed',
      doer: { user: maker.user, credential: maker.credential },
      data: { approval, checker: checker.user },
    })
    expect(approved).toMatchObject({ kind: 'approval.approved', doer: { user: checker.user } })
    expect(answer(engine, 'approvals.get', { approval })).toMatchObject({
      state: 'approved',
      decidedBy: checker.user,
    })
  })

  it('are not the maker’s to give, whoever its credential acts as', () => {
    const approval = request()
    expect(refusedWith(engine, 'approvals.approve', { approval }, { actor: maker.actor })).toBe(
      'approval_is_makers',
    )
    expect(refusedWith(engine, 'approvals.reject', { approval }, { actor: maker.actor })).toBe(
      'approval_is_makers',
    )
    expect(refusedWith(engine, 'approvals.withdraw', { approval }, { actor: checker.actor })).toBe(
      'not_visible',
    )
  })

  it('are decided once', () => {
    const rejected = request()
    done(engine, 'approvals.reject', { approval: rejected, cause: 'too much' }, { actor: checker.actor })
    const withdrawn = request()
    done(engine, 'approvals.withdraw', { approval: withdrawn }, { actor: maker.actor })
    for (const approval of [rejected, withdrawn])
      expect(refusedWith(engine, 'approvals.approve', { approval }, { actor: checker.actor })).toBe(
        'approval_closed',
      )
    expect(refusedWith(engine, 'approvals.withdraw', { approval: rejected }, { actor: maker.actor })).toBe(
      'approval_closed',
    )
    expect(posted(pool)).toBe(0n)
  })

  it('are carried out under the maker’s locks of that time, and stay open where those are shut', () => {
    const approval = request()
    done(engine, 'credentials.revoke', { credential: maker.credential, version: null })
    const before = hashOf(engine.image)
    expect(refusedWith(engine, 'approvals.approve', { approval }, { actor: checker.actor })).toBe(
      'unauthenticated',
    )
    expect(hashOf(engine.image)).toBe(before)
    expect(answer(engine, 'approvals.get', { approval })).toMatchObject({ state: 'open' })
  })

  it('refuse what the ledger refuses then', () => {
    const approval = request(600)
    done(engine, 'transfers.create', transfer(500))
    expect(refusedWith(engine, 'approvals.approve', { approval }, { actor: checker.actor })).toBe(
      'insufficient_available_balance',
    )
  })

  it('expire, and are forgotten', () => {
    const open = request()
    const decided = request()
    done(engine, 'approvals.reject', { approval: decided }, { actor: checker.actor })
    engine.takeBatch()
    engine.tick(instant(engine.image.head.time + APPROVAL_WAITS))
    const kinds = engine.takeBatch()?.events.map(({ kind, subject }) => [kind, subject])
    expect(kinds).toEqual([['approval.expired', `apr_${open}`]])
    expect(refusedWith(engine, 'approvals.approve', { approval: open }, { actor: checker.actor })).toBe(
      'not_visible',
    )
  })

  it('are seen from above and not from beside, a page at a time', () => {
    const ids = [request(), request(), request()]
    const list = { party: firm, state: 'open', after: null, limit: 2 }
    const { approvals } = answer<{ approvals: readonly { id: number }[] }>(engine, 'approvals.list', list)
    expect(approvals.map(({ id }) => id)).toEqual(ids.slice(0, 2))
    const next = answer<{ approvals: readonly { id: number }[] }>(engine, 'approvals.list', {
      ...list,
      after: ids[1] as number,
    })
    expect(next.approvals.map(({ id }) => id)).toEqual(ids.slice(2))
    const other = createParty(engine, firm, 'other')
    expect(answer(engine, 'approvals.list', { ...list, party: other })).toEqual({ approvals: [] })
    const stranger = createPerson(engine, other, 'stranger', { scopes: ['approvals:write'] })
    bind(engine, stranger.user, 'subtree', other, 'full')
    expect(
      refusedWith(engine, 'approvals.approve', { approval: ids[0] as number }, { actor: stranger.actor }),
    ).toBe('not_visible')
  })

  it('answer the maker’s repeated key with the request that it made', () => {
    const key = { key: 'k', bodyHash: 'b' }
    const first = run(engine, 'transfers.create', transfer(500), { actor: maker.actor, key })
    const again = run(engine, 'transfers.create', transfer(500), { actor: maker.actor, key })
    expect(again).toEqual({ kind: 'repeated', sequence: first.kind === 'done' ? first.sequence : 0 })
  })

  it('come back from their rows as they were stored, amounts included', () => {
    const approval = request(300)
    const copy = new Engine()
    copyPrimary(engine.image, copy.image)
    done(copy, 'approvals.approve', { approval }, { actor: checker.actor, time: instant(START + DAY) })
    expect(answer<{ posted: bigint }>(copy, 'balances.get', { account: pool, currency: 'USD' }).posted).toBe(
      300n * DOLLAR,
    )
  })
})

describe('scopes that only some inputs need', () => {
  it('keep booking at once and overdrawing to those who settle', () => {
    policy({ money: 'never', rights: 'never', corrections: 'never' })
    const money = { account: ann, currency: 'USD', amount: DOLLAR, reference: null, description: null }
    const by = { actor: maker.actor }
    expect(done(engine, 'deposits.create', { ...money, settle: false }, by)).toHaveProperty('deposit')
    expect(refusedWith(engine, 'deposits.create', { ...money, settle: true }, by)).toBe('scope_missing')
    const entries = [
      { account: ann, currency: 'USD', amount: DOLLAR },
      { account: pool, currency: 'USD', amount: -DOLLAR },
    ]
    const reversal = { sequence: 1, subject: 'trf_1', entries }
    expect(refusedWith(engine, 'corrections.reverse', { ...reversal, allowOverdraw: true }, by)).toBe(
      'scope_missing',
    )
    expect(done(engine, 'corrections.reverse', reversal, by)).toHaveProperty('correction')
    const adjustment = { account: ann, currency: 'USD', amount: DOLLAR, description: 'gift' }
    expect(refusedWith(engine, 'adjustments.create', adjustment, by)).toBe('not_visible')
  })
})

describe('policies add up along the owners', () => {
  /** What comes of a transfer out of a desk of the firm that has a policy of its own for money. */
  function sentUnder(money: string, dollars: number) {
    const desk = createParty(engine, firm, 'desk', { kind: 'client' })
    const till = openAccount(engine, desk, 'till')
    const deposit = {
      account: till,
      currency: 'USD',
      amount: 500n * DOLLAR,
      reference: null,
      description: null,
    }
    done(engine, 'deposits.create', { ...deposit, settle: true })
    const own = { money, rights: 'never', corrections: 'never' }
    done(engine, 'settings.set', { node: desk, name: 'approvals.policy', value: own, from: null })
    return done(engine, 'transfers.create', { ...transfer(dollars), from: till }, { actor: maker.actor })
  }

  it('a node cannot ask for less than its owner does', () => {
    expect(sentUnder('never', 101)).toHaveProperty('approval')
  })

  it('a node can ask for more', () => {
    expect(sentUnder('always', 1)).toHaveProperty('approval')
  })

  it('changing or clearing the policy is itself a right', () => {
    policy({ money: 'always', rights: 'always', corrections: 'always' })
    const looser = { money: 'never', rights: 'never', corrections: 'never' }
    const setting = { node: firm, name: 'approvals.policy', from: null }
    expect(
      done(engine, 'settings.set', { ...setting, value: looser }, { actor: maker.actor }),
    ).toHaveProperty('approval')
    expect(done(engine, 'settings.clear', setting, { actor: maker.actor })).toHaveProperty('approval')
  })
})
