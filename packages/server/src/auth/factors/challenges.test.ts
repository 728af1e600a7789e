// Challenges: ours, for one purpose, for a minute.
import { after, fromMilliseconds, MILLISECOND, MINUTE } from '@stemma/core'
import { expect, test } from 'vitest'
import { Challenges } from './challenges.js'

const NOW = fromMilliseconds(1_790_000_000_123)
const challenges = new Challenges(Buffer.alloc(32, 7))

test('a challenge is 32 bytes, each another', () => {
  const challenge = challenges.issue('remove acc_1', NOW)
  expect(Buffer.from(challenge, 'base64')).toHaveLength(32)
  expect(challenges.issue('remove acc_1', NOW)).not.toBe(challenge)
})

test('it counts until the minute is over', () => {
  const challenge = challenges.issue('remove acc_1', NOW)
  const expected = { use: `factor:${challenge}`, expiresAt: after(NOW, MINUTE) }
  expect(challenges.open(challenge, 'remove acc_1', NOW)).toEqual(expected)
  expect(challenges.open(challenge, 'remove acc_1', after(NOW, MINUTE - MILLISECOND))).toEqual(expected)
  expect(challenges.open(challenge, 'remove acc_1', after(NOW, MINUTE))).toBeNull()
})

test('it counts for its purpose alone, and where it was made', () => {
  const challenge = challenges.issue('remove acc_1', NOW)
  expect(challenges.open(challenge, 'remove acc_2', NOW)).toBeNull()
  expect(new Challenges(Buffer.alloc(32, 8)).open(challenge, 'remove acc_1', NOW)).toBeNull()
})

test('with any bit changed, or spelt in another way, it is none', () => {
  const bytes = Buffer.from(challenges.issue('remove acc_1', NOW), 'base64')
  for (let place = 0; place < bytes.length * 8; place += 1) {
    const changed = Buffer.from(bytes)
    changed[place >> 3] = (changed[place >> 3] as number) ^ (1 << (place & 7))
    expect(challenges.open(changed.toString('base64'), 'remove acc_1', NOW), `bit ${place}`).toBeNull()
  }
  for (const spelt of [
    bytes.toString('base64url'),
    ` ${bytes.toString('base64')}`,
    bytes.toString('hex'),
    '',
  ])
    expect(challenges.open(spelt, 'remove acc_1', NOW)).toBeNull()
})
