import { describe, expect, test } from 'vitest'
import { playOn } from '../testing/ledger-page.js'
import { pageWorld } from '../testing/market-world.js'

describe('self-match prevention (polymarket-us section 4.7)', () => {
  test('a refused aggressor trades nothing first, and the resting order stands', () => {
    const { expected, actual } = playOn(
      pageWorld(),
      `a1 anna sell limit gtc 5  @0.50                                       -> new
       a2 anna sell limit gtc 5  @0.51 desk=d                                -> new
       a3 anna buy  limit gtc 10 @0.51 desk=d                                -> refused self_match
       a4 anna buy  limit gtc 10 @0.51 desk=d self=reject_aggressor          -> refused self_match
       a5 anna buy  limit gtc 10 @0.51 desk=d record                         -> rejected self_match
       a6 anna buy  limit gtc 10 @0.51 desk=other                            -> filled 5@0.5 a6/a1 5@0.51 a6/a2`,
    )
    expect(actual).toEqual(expected)
  })

  test('an order that is filled before it comes to its own trades', () => {
    const { expected, actual } = playOn(
      pageWorld(),
      `b1 ben  sell limit gtc 5 @0.50                                        -> new
       a1 anna sell limit gtc 5 @0.50 desk=d                                 -> new
       a2 anna buy  limit gtc 5 @0.50 desk=d                                 -> filled 5@0.5 a2/b1
       a3 anna buy  limit gtc 1 @0.50 desk=d                                 -> refused self_match`,
    )
    expect(actual).toEqual(expected)
  })

  test('what rests is cancelled before anything trades, and the incoming order trades elsewhere', () => {
    const { expected, actual } = playOn(
      pageWorld(),
      `a1 anna sell limit gtc 5  @0.50 desk=d                                -> new
       b1 ben  sell limit gtc 5  @0.51                                       -> new
       a2 anna buy  limit gtc 8  @0.51 desk=d self=cancel_resting            -> partially_filled 5@0.51 a2/b1, a1 cancelled self_match`,
    )
    expect(actual).toEqual(expected)
  })

  test('both are removed, and nothing trades', () => {
    const { expected, actual } = playOn(
      pageWorld(),
      `b1 ben  sell limit gtc 5  @0.50                                       -> new
       a1 anna sell limit gtc 5  @0.50 desk=d                                -> new
       a2 anna buy  limit gtc 8  @0.50 desk=d self=remove_both               -> cancelled self_match, a1 cancelled self_match
       b2 ben  buy  limit ioc 5  @0.50                                       -> filled 5@0.5 b2/b1`,
    )
    expect(actual).toEqual(expected)
  })

  test('a stop that is triggered into an order of its own desk does not trade with it', () => {
    const { expected, actual } = playOn(
      pageWorld(),
      `a1 anna buy  stop  gtc 5  ^0.60 desk=d                                -> new
       a2 anna buy  stop  gtc 5  ^0.60 desk=e self=cancel_resting            -> new
       a3 anna sell limit gtc 5  @0.61 desk=d                                -> new
       a4 anna sell limit gtc 5  @0.62 desk=e                                -> new
       b1 ben  sell limit gtc 1  @0.60                                       -> new
       c1 carl buy  limit gtc 1  @0.60                                       -> filled 1@0.6 c1/b1 5@0.61 a2/a3, a1 triggered, a1 cancelled self_match, a2 triggered`,
    )
    expect(actual).toEqual(expected)
  })

  test('an all-or-none order that waited does not trade with its own desk', () => {
    const { expected, actual } = playOn(
      pageWorld(),
      `a1 anna buy  limit gtc 5 @0.50 aon desk=d                             -> new
       a2 anna sell limit gtc 5 @0.50 desk=d                                 -> new, a1 cancelled self_match`,
    )
    expect(actual).toEqual(expected)
  })

  test('two orders of one desk do not meet in an auction: the later one says which of them goes', () => {
    for (const [instruction, left] of [
      ['reject_aggressor', 'a2 cancelled self_match'],
      ['cancel_resting', 'a1 cancelled self_match'],
      ['remove_both', 'a1 cancelled self_match, a2 cancelled self_match'],
    ]) {
      const { expected, actual } = playOn(
        pageWorld(),
        `state auction                                                       -> done
         a1 anna sell limit gtc 5 @0.50 desk=d                               -> new
         a2 anna buy  limit gtc 5 @0.50 desk=d self=${instruction}           -> new
         state open                                                          -> ${left}`,
      )
      expect(actual).toEqual(expected)
    }
  })
})
