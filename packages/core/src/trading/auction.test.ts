import { describe, expect, test } from 'vitest'
import { playOn } from '../testing/ledger-page.js'
import { pageWorld } from '../testing/market-world.js'
import { START } from '../testing/world.js'

const check = (text: string): void => {
  const { expected, actual } = playOn(pageWorld(), text)
  expect(actual).toEqual(expected)
}

describe('the price of an auction', () => {
  test('is the one at which most changes hands', () => {
    // At 0.50: 20 wanted, 10 offered; at 0.55: 15 wanted, 15 offered; at 0.60: 5 wanted.
    check(
      `state auction                                    -> done
       b1 ben  sell limit gtc 10 @0.50                  -> new
       b2 ben  sell limit gtc 5  @0.55                  -> new
       a1 anna buy  limit gtc 5  @0.60                  -> new
       a2 anna buy  limit gtc 10 @0.55                  -> new
       a3 anna buy  limit gtc 5  @0.50                  -> new
       state open                                       -> 5@0.55 a1/b1 5@0.55 a2/b1 5@0.55 a2/b2`,
    )
  })

  test('then the one that leaves least over', () => {
    // 10 change hands from 0.50 to 0.60; at 0.50 5 more are wanted, above nothing is left over until 0.60 offers 5 more.
    check(
      `state auction                                    -> done
       b1 ben  sell limit gtc 10 @0.50                  -> new
       b2 ben  sell limit gtc 5  @0.60                  -> new
       a1 anna buy  limit gtc 10 @0.60                  -> new
       a2 anna buy  limit gtc 5  @0.50                  -> new
       state open                                       -> 10@0.51 a1/b1`,
    )
  })

  test('then the one nearest to the last trade, also where nobody stands', () => {
    check(
      `b0 ben  sell limit gtc 1  @0.57                  -> new
       a0 anna buy  limit ioc 1  @0.57                  -> filled 1@0.57 a0/b0
       state auction                                    -> done
       b1 ben  sell limit gtc 10 @0.50                  -> new
       a1 anna buy  limit gtc 10 @0.60                  -> new
       state open                                       -> 10@0.57 a1/b1`,
    )
  })

  test('and the lower one where nothing has traded yet', () => {
    check(
      `state auction                                    -> done
       b1 ben  sell limit gtc 10 @0.50                  -> new
       a1 anna buy  limit gtc 10 @0.60                  -> new
       state open                                       -> 10@0.5 a1/b1`,
    )
  })
})

describe('an auction', () => {
  test('trades best price first, then first in first; the later of two counts as the one that takes', () => {
    check(
      `state auction                                    -> done
       a1 anna buy  limit gtc 5  @0.55                  -> new
       a2 anna buy  limit gtc 5  @0.60                  -> new
       a3 anna buy  limit gtc 5  @0.55                  -> new
       b1 ben  sell limit gtc 12 @0.55                  -> new
       state open                                       -> 5@0.55 b1/a2 5@0.55 b1/a1 2@0.55 b1/a3`,
    )
  })

  test('trades nothing where no bid reaches an offer', () => {
    check(
      `state auction                                    -> done
       a1 anna buy  limit gtc 5  @0.55                  -> new
       b1 ben  sell limit gtc 5  @0.56                  -> new
       state open                                       -> done
       c1 carl sell limit ioc 5  @0.55                  -> filled 5@0.55 c1/a1`,
    )
  })

  test('triggers the stops that its price reaches as it opens, and fills what waited for all or none', () => {
    check(
      `c1 carl buy  stop  gtc 2  ^0.55                  -> new
       c2 carl sell limit gtc 6  @0.50 aon              -> new
       state auction                                    -> done
       b1 ben  sell limit gtc 10 @0.55                  -> new
       a1 anna buy  limit gtc 5  @0.55                  -> new
       a2 anna buy  limit gtc 6  @0.50                  -> new
       state open                                       -> 5@0.55 a1/b1 2@0.55 c1/b1 6@0.5 c2/a2, c1 triggered`,
    )
  })

  test('a crossed book that was suspended before its auction trades it when it opens', () => {
    for (const pause of ['suspended', 'halted'])
      check(
        `state auction                                  -> done
         b1 ben  sell limit gtc 5  @0.50                -> new
         a1 anna buy  limit gtc 5  @0.50                -> new
         state ${pause}                                 -> done
         state open                                     -> 5@0.5 a1/b1`,
      )
  })

  test('that never opened is called off as the instrument closes: nothing trades, day orders end, others wait', () => {
    check(
      `state closed                                     -> done
       state preopen                                    -> done
       b1 ben  sell limit gtc 5  @0.50                  -> new
       a1 anna buy  limit gtc 5  @0.50                  -> new
       a2 anna buy  limit day 3  @0.55                  -> new
       state closed                                     -> a2 expired
       state preopen                                    -> done
       state open                                       -> 5@0.5 a1/b1`,
    )
  })

  test('at the close trades as the instrument closes', () => {
    check(
      `state auction                                    -> done
       b1 ben  sell limit gtc 5  @0.50                  -> new
       a1 anna buy  limit day 7  @0.50                  -> new
       state closed                                     -> 5@0.5 a1/b1, a1 expired`,
    )
  })

  test('that never opened is called off as the instrument expires', () => {
    const world = pageWorld({ expiresAt: START + 3_600_000_000 })
    const { expected, actual } = playOn(
      world,
      `state closed                                     -> done
       state preopen                                    -> done
       b1 ben  sell limit gtc 5  @0.50                  -> new
       a1 anna buy  limit gtc 5  @0.50                  -> new
       wait 2h                                          -> b1 expired, a1 expired`,
    )
    expect(actual).toEqual(expected)
  })
})
