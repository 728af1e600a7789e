import { describe, expect, test } from 'vitest'
import { playOn } from '../testing/ledger-page.js'
import { pageWorld } from '../testing/market-world.js'

const check = (text: string): void => {
  const { expected, actual } = playOn(pageWorld(), text)
  expect(actual).toEqual(expected)
}

describe('types and times of orders (polymarket-us section 4.3)', () => {
  test('a limit rests with what it does not trade, at its price or better', () => {
    check(
      `a1 anna sell limit gtc 5  @0.50                  -> new
       b1 ben  sell limit gtc 5  @0.48                  -> new
       c1 carl buy  limit gtc 12 @0.52                  -> partially_filled 5@0.48 c1/b1 5@0.5 c1/a1
       a2 anna sell limit ioc 2  @0.40                  -> filled 2@0.52 a2/c1`,
    )
  })

  test('what is to be filled at once expires with the rest, or as a whole', () => {
    check(
      `a1 anna sell limit gtc 5  @0.50                  -> new
       c1 carl buy  limit ioc 8  @0.50                  -> expired 5@0.5 c1/a1
       c2 carl buy  limit ioc 8  @0.50                  -> expired
       a2 anna sell limit gtc 5  @0.50                  -> new
       c3 carl buy  limit fok 6  @0.50                  -> expired
       c4 carl buy  limit fok 5  @0.49                  -> expired
       c5 carl buy  limit fok 5  @0.50                  -> filled 5@0.5 c5/a2`,
    )
  })

  test('a market order takes what there is and never rests', () => {
    check(
      `c1 carl buy  market ioc 5                        -> refused no_liquidity
       c2 carl buy  market ioc 5 record                 -> rejected no_liquidity
       a1 anna sell limit  gtc 3  @0.50                 -> new
       a2 anna sell limit  gtc 3  @0.90                 -> new
       c3 carl buy  market day 8                        -> expired 3@0.5 c3/a1 3@0.9 c3/a2
       c4 carl buy  market gtc 5                        -> refused order_type_invalid
       c5 carl buy  market gtd 5  for=1h                -> refused order_type_invalid`,
    )
  })

  test('market-to-limit rests at the last price that it traded at, else at the reference', () => {
    check(
      `c0 carl buy  market_to_limit gtc 5               -> refused no_reference_price
       a1 anna sell limit gtc 3  @0.50                  -> new
       a2 anna sell limit gtc 3  @0.60                  -> new
       c1 carl buy  market_to_limit gtc 10              -> partially_filled 3@0.5 c1/a1 3@0.6 c1/a2
       b1 ben  sell limit ioc 9  @0.60                  -> expired 4@0.6 b1/c1
       c2 carl buy  market_to_limit gtc 5               -> new
       b2 ben  sell limit ioc 5  @0.60                  -> filled 5@0.6 b2/c2`,
    )
  })

  test('stops wait for the last trade: a buy at or above, a sale at or below', () => {
    check(
      `a1 anna sell limit gtc 9  @0.60                  -> new
       b1 ben  buy  limit gtc 9  @0.40                  -> new
       c1 carl buy  stop  gtc 2  ^0.60                  -> new
       c2 carl sell stop  gtc 2  ^0.40                  -> new
       b2 ben  buy  limit ioc 1  @0.60                  -> filled 1@0.6 b2/a1 2@0.6 c1/a1, c1 triggered
       a2 anna sell limit ioc 1  @0.40                  -> filled 1@0.4 a2/b1 2@0.4 c2/b1, c2 triggered
       c3 carl buy  stop  gtc 1  ^0.30                  -> triggered filled 1@0.6 c3/a1`,
    )
  })

  test('a stop-limit becomes a limit, and its limit is on the near side of its stop', () => {
    check(
      `c1 carl buy  stop_limit gtc 2 @0.61 ^0.60        -> refused price_out_of_bounds
       c2 carl sell stop_limit gtc 2 @0.39 ^0.40        -> refused price_out_of_bounds
       c3 carl buy  stop_limit gtc 2 @0.55 ^0.60        -> new
       a1 anna sell limit gtc 1  @0.60                  -> new
       b1 ben  buy  limit ioc 1  @0.60                  -> filled 1@0.6 b1/a1, c3 triggered
       a2 anna sell limit ioc 5  @0.55                  -> expired 2@0.55 a2/c3`,
    )
  })

  test('one stop triggers the next', () => {
    check(
      `a1 anna sell limit gtc 1  @0.50                  -> new
       a2 anna sell limit gtc 1  @0.51                  -> new
       a3 anna sell limit gtc 1  @0.52                  -> new
       c2 carl buy  stop  gtc 1  ^0.51                  -> new
       c1 carl buy  stop  gtc 1  ^0.50                  -> new
       b1 ben  buy  limit ioc 1  @0.50                  -> filled 1@0.5 b1/a1 1@0.51 c1/a2 1@0.52 c2/a3, c1 triggered, c2 triggered`,
    )
  })
})

describe('what few orders ask for', () => {
  test('all or none: at once and whole, or it waits unseen', () => {
    check(
      `a1 anna sell limit gtc 5  @0.50                  -> new
       c1 carl buy  limit gtc 8  @0.50 aon              -> new
       b1 ben  sell limit gtc 2  @0.50                  -> new
       b2 ben  sell limit gtc 2  @0.50                  -> partially_filled 5@0.5 c1/a1 2@0.5 c1/b1 1@0.5 c1/b2
       c2 carl buy  limit gtc 1  @0.50 aon              -> filled 1@0.5 c2/b2
       c3 carl buy  limit gtc 5  @0.50 aon              -> new
       b3 ben  sell limit ioc 4  @0.50                  -> expired
       c4 carl buy  limit gtc 5  @0.50 aon min=1        -> refused order_type_invalid`,
    )
  })

  test('a minimum quantity: at least that much at once, or nothing', () => {
    check(
      `a1 anna sell limit gtc 5  @0.50                  -> new
       c1 carl buy  limit ioc 9  @0.50 min=6            -> expired
       c2 carl buy  limit ioc 9  @0.50 min=5            -> expired 5@0.5 c2/a1
       c3 carl buy  limit gtc 9  @0.50 min=5            -> refused order_type_invalid
       c4 carl buy  limit ioc 9  @0.50 min=10           -> refused quantity_invalid`,
    )
  })

  test('post-only rests or is refused', () => {
    check(
      `a1 anna sell limit gtc 5  @0.50                  -> new
       c1 carl buy  limit gtc 5  @0.50 post             -> refused would_take
       c2 carl buy  limit gtc 5  @0.49 post             -> new
       c3 carl buy  limit ioc 5  @0.49 post             -> refused order_type_invalid
       c4 carl buy  market_to_limit gtc 5 post          -> refused order_type_invalid`,
    )
  })

  test('strict limit trades at its very price only', () => {
    check(
      `a1 anna sell limit gtc 5  @0.50                  -> new
       c1 carl buy  limit gtc 2  @0.51 strict           -> refused would_not_trade_at_limit
       c2 carl buy  limit gtc 2  @0.50 strict           -> filled 2@0.5 c2/a1
       c3 carl buy  limit gtc 2  @0.49 strict           -> new
       c4 carl buy  market ioc 2 strict                 -> refused order_type_invalid`,
    )
  })

  test('a limit from the top of the book, the own or the other side', () => {
    check(
      `c0 carl buy  limit gtc 2 peg=best_own            -> refused no_liquidity
       b1 ben  buy  limit gtc 2 @0.48                   -> new
       a1 anna sell limit gtc 2 @0.52                   -> new
       c1 carl buy  limit gtc 2 peg=best_own            -> new
       c2 carl buy  limit gtc 3 peg=best_opposite       -> partially_filled 2@0.52 c2/a1
       a2 anna sell limit ioc 9 @0.48                   -> expired 1@0.52 a2/c2 2@0.48 a2/b1 2@0.48 a2/c1`,
    )
  })

  test('cash buys what it pays for at the prices that are there', () => {
    // 2.00 buy 2 at 0.50 for 1.00, and 1 at 0.60; 0.40 is left. A sale of 2.00 locks 1 - 0.30 = 0.70 each: 2.
    check(
      `c0 carl buy  market_to_limit gtc $2.00           -> refused no_liquidity
       a1 anna sell limit gtc 2 @0.50                   -> new
       a2 anna sell limit gtc 5 @0.60                   -> new
       c1 carl buy  market_to_limit gtc $2.00           -> filled 2@0.5 c1/a1 1@0.6 c1/a2
       b1 ben  buy  limit gtc 5 @0.30                   -> new
       c2 carl sell market_to_limit gtc $2.00           -> filled 2@0.3 c2/b1
       c3 carl buy  market_to_limit gtc $0.59           -> refused no_liquidity
       c4 carl buy  limit fok $0.60 @0.60               -> filled 1@0.6 c4/a2
       c5 carl buy  limit gtc $0.60 @0.60               -> refused malformed`,
    )
  })

  test('reduce only', () => {
    check(
      `c0 carl sell limit gtc 1 @0.50 reduce            -> refused would_not_reduce
       a1 anna sell limit gtc 4 @0.50                   -> new
       c1 carl buy  limit gtc 4 @0.50                   -> filled 4@0.5 c1/a1
       c2 carl sell limit gtc 3 @0.60 reduce            -> new
       c3 carl sell limit gtc 2 @0.60 reduce            -> refused would_not_reduce
       c4 carl sell limit gtc 1 @0.60 reduce            -> new
       c5 carl buy  limit gtc 1 @0.40 reduce            -> refused would_not_reduce`,
    )
  })
})

describe('when orders end by themselves', () => {
  test('a good-till-date order at its time', () => {
    check(
      `a1 anna sell limit gtd 5 @0.50 for=60s           -> new
       wait 59s                                         -> nothing
       wait 1s                                          -> a1 expired
       a2 anna sell limit gtd 5 @0.50 for=0s            -> refused malformed
       a3 anna sell limit gtd 5 @0.50                   -> refused malformed
       a4 anna sell limit gtc 5 @0.50 for=1s            -> refused malformed`,
    )
  })

  test('a day order at 17:00 in New York: 22:00 UTC in winter', () => {
    // The page begins at 09:00 UTC.
    check(
      `a1 anna sell limit day 5 @0.50                   -> new
       a2 anna sell limit gtc 5 @0.50                   -> new
       wait 46799s                                      -> nothing
       wait 1s                                          -> a1 expired`,
    )
  })

  test('and stands where a setting lets it', () => {
    const world = pageWorld()
    const input = { node: world.firm, name: 'orders.day_orders_expire', value: false, from: null }
    const { outcome } = { outcome: world.engine.execute(envelope('settings.set', input)) }
    expect(outcome.kind).toBe('done')
    const { expected, actual } = playOn(
      world,
      `a1 anna sell limit day 5 @0.50                   -> new
       wait 200h                                        -> nothing`,
    )
    expect(actual).toEqual(expected)
  })
})

const envelope = (command: string, input: never | object) => ({
  command,
  input: input as never,
  actor: { kind: 'system' } as const,
  time: 1_767_603_600_000_000 as never,
})

describe('what each state of an instrument takes (polymarket-us section 11)', () => {
  const world = `a1 anna sell limit gtc 5 @0.50                   -> new
       a2 anna sell limit gtc 5 @0.50                   -> new
       b0 ben  buy  limit day 5 @0.40                   -> new`

  test('preopen and auction: plain orders that rest, changes and cancels, but no matching', () => {
    check(
      `${world}
       state auction                                    -> done
       c1 carl buy  limit gtc 5 @0.50                   -> new
       replace a1 qty=4                                 -> replaced
       cancel a2                                        -> cancelled
       c2 carl buy  market ioc 5                        -> refused instrument_not_open
       c3 carl buy  limit ioc 5 @0.50                   -> refused instrument_not_open
       c4 carl buy  limit gtc 5 @0.40 post              -> refused instrument_not_open
       c5 carl buy  limit gtc 5 @0.40 aon               -> refused instrument_not_open
       c6 carl buy  stop  gtc 5 ^0.60                   -> refused instrument_not_open
       state open                                       -> 4@0.5 c1/a1`,
    )
  })

  test('suspended: cancels alone', () => {
    check(
      `${world}
       state suspended                                  -> done
       c1 carl buy  limit gtc 5 @0.50                   -> refused instrument_not_open
       replace a1 qty=4                                 -> refused instrument_not_open
       cancel a2                                        -> cancelled
       state open                                       -> done
       c2 carl buy  limit ioc 9 @0.50                   -> expired 5@0.5 c2/a1`,
    )
  })

  test('halted: nothing at all', () => {
    check(
      `${world}
       state halted                                     -> done
       c1 carl buy  limit gtc 5 @0.50                   -> refused instrument_not_open
       replace a1 qty=4                                 -> refused instrument_not_open
       cancel a2                                        -> refused instrument_not_open
       state open                                       -> done`,
    )
  })

  test('closed: nothing, and day orders have ended', () => {
    check(
      `${world}
       state closed                                     -> b0 expired
       c1 carl buy  limit gtc 5 @0.50                   -> refused instrument_not_open
       cancel a2                                        -> refused instrument_not_open
       state open                                       -> done
       cancel a2                                        -> cancelled`,
    )
  })

  test('expired: every order has ended, and only an empty instrument is taken off', () => {
    check(
      `${world}
       state expired                                    -> a1 expired, a2 expired, b0 expired
       c1 carl buy  limit gtc 5 @0.50                   -> refused instrument_not_open
       state open                                       -> refused transition_invalid
       state terminated                                 -> done
       state expired                                    -> refused transition_invalid`,
    )
    check(
      `a1 anna sell limit gtc 5 @0.50                   -> new
       c1 carl buy  limit ioc 5 @0.50                   -> filled 5@0.5 c1/a1
       state expired                                    -> done
       state terminated                                 -> refused not_empty`,
    )
  })
})
