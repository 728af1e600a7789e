import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DueTimes } from './due-times.js'

test('what is due comes out in order of time, and nothing that is not due', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 50 }), { maxLength: 200 }), fc.nat({ max: 60 }), (times, now) => {
      const due = new DueTimes<number>()
      for (const [id, at] of times.entries()) due.add(id, at)
      const taken: number[] = []
      for (let id = due.takeUpTo(now); id !== undefined; id = due.takeUpTo(now)) taken.push(id)
      const expected = times.filter((at) => at <= now).sort((one, other) => one - other)
      expect(taken.map((id) => times[id])).toEqual(expected)
      expect(new Set(taken).size).toBe(taken.length)
      const rest = times.filter((at) => at > now)
      expect(due.next()).toBe(rest.length === 0 ? undefined : Math.min(...rest))
    }),
  )
})
