import { describe, expect, test } from 'vitest'
import { parseInstant } from '../image/index.js'
import { businessDateOf } from './business-date.js'

describe('the business date in New York', () => {
  test.each([
    // Winter: 17:00 there is 22:00 UTC.
    ['2026-11-20T21:59:59.999999Z', '2026-11-20'],
    ['2026-11-20T22:00:00Z', '2026-11-21'],
    ['2026-12-31T22:00:00Z', '2027-01-01'],
    ['2027-01-01T04:59:59Z', '2027-01-01'],
    // Summer: 21:00 UTC.
    ['2026-07-03T20:59:59.999999Z', '2026-07-03'],
    ['2026-07-03T21:00:00Z', '2026-07-04'],
    // Daylight saving began on 8 March 2026 and ended on 1 November 2026, both at 02:00 there.
    ['2026-03-07T22:00:00Z', '2026-03-08'],
    ['2026-03-07T21:30:00Z', '2026-03-07'],
    ['2026-03-08T20:59:59Z', '2026-03-08'],
    ['2026-03-08T21:00:00Z', '2026-03-09'],
    ['2026-10-31T21:00:00Z', '2026-11-01'],
    ['2026-11-01T21:00:00Z', '2026-11-01'],
    ['2026-11-01T22:00:00Z', '2026-11-02'],
    // The earliest and the latest days that the second Sunday of March and the first of November can be.
    ['2020-03-08T21:00:00Z', '2020-03-09'],
    ['2027-03-13T21:30:00Z', '2027-03-13'],
    ['2027-03-14T21:00:00Z', '2027-03-15'],
    ['2027-11-06T21:00:00Z', '2027-11-07'],
    ['2027-11-07T21:30:00Z', '2027-11-07'],
  ])('%s counts for %s', (at, date) => {
    const time = parseInstant(at)
    if (time === undefined) throw new Error(`expected an instant, was ${at}`)
    expect(businessDateOf(time)).toBe(date)
  })
})
