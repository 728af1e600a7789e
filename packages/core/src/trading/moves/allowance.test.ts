/** How often a main account may move positions. */
import { describe, expect, test } from 'vitest'
import { after, DAY, instant, MINUTE } from '../../image/index.js'
import { inversePerpetual, margined, publish } from '../../testing/derivatives-world.js'
import { broken } from '../../testing/hash.js'
import { desk, input, move, refusal, subaccount, trade } from '../../testing/moves-world.js'
import { done, run } from '../../testing/world.js'

describe('a hundred in any 168 hours', () => {
  test('counted by main account from what was moved; a refusal says how long to wait and counts nothing', () => {
    const world = desk()
    const { engine, main, sub } = world
    const other = margined(world.world, 'other', { BTC: '10' })
    const otherSub = subaccount(world.world, other, 'other-sub', { BTC: '10' })
    const instrument = inversePerpetual(engine)
    publish(engine, [[instrument, '100000']])
    trade(world, main, instrument, 100_000, '100000')
    trade(world, other, instrument, 1_000, '100000')
    const begun = engine.image.head.time
    const there = (time = engine.image.head.time) =>
      run(engine, 'positions.move', input(main, sub, [[instrument, 10]]), { time })
    expect(there().kind).toBe('done')
    for (let count = 1; count < 100; count += 1) expect(there(after(begun, count * MINUTE)).kind).toBe('done')
    const time = after(begun, 100 * MINUTE)
    // The first leaves the week 168 hours behind the beginning: 604,800 s less 6,000 s.
    expect(there(time)).toMatchObject({
      refusal: { code: 'moves_exceeded', data: { limit: 100, wait: 598_800 } },
    })
    // The way back counts with it; another main account has its own.
    expect(run(engine, 'positions.move', input(sub, main, [[instrument, 10]]), { time })).toMatchObject({
      refusal: { code: 'moves_exceeded' },
    })
    expect(run(engine, 'positions.move', input(other, otherSub, [[instrument, 10]]), { time }).kind).toBe(
      'done',
    )
    const week = 7 * DAY
    expect(there(instant(begun + week - 1))).toMatchObject({ refusal: { data: { wait: 1 } } })
    expect(there(after(begun, week)).kind).toBe('done')
    expect(there(after(begun, week))).toMatchObject({ refusal: { data: { wait: 60 } } })
    expect(engine.rooms.trading.moves.size).toBe(101)
    expect(broken(engine)).toEqual([])
  })

  test('a house sets how often', () => {
    const world = desk()
    const { engine, main, sub } = world
    const instrument = inversePerpetual(engine)
    publish(engine, [[instrument, '100000']])
    trade(world, main, instrument, 100_000, '100000')
    const setting = { node: world.world.firm, name: 'positions.moves_per_week', from: null }
    done(engine, 'settings.set', { ...setting, value: 1 })
    move(engine, main, sub, [[instrument, 10]])
    expect(refusal(engine, main, sub, [[instrument, 10]])).toMatchObject({
      code: 'moves_exceeded',
      wait: 604_800,
    })
    for (const value of [0, 10_001])
      expect(run(engine, 'settings.set', { ...setting, value })).toMatchObject({
        refusal: { code: 'setting_invalid' },
      })
  })
})
