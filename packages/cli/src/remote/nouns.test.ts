import { OPERATIONS } from '@stemma/client/operations'
import { describe, expect, test } from 'vitest'
import { ELSEWHERE, NOUNS, resourceOf, verbOf } from './nouns.js'

const commands = OPERATIONS.filter(({ name }) => !ELSEWHERE.includes(name)).map(({ name }) => ({
  name,
  nouns: NOUNS.filter(({ resources }) => resources.includes(resourceOf(name))).map(({ noun }) => noun),
}))

describe('what the API does, the command line does too', () => {
  test.each(commands)('$name is one command', ({ nouns }) => {
    expect(nouns).toHaveLength(1)
  })

  test('no two operations are the same command', () => {
    const written = commands.map(({ name, nouns }) => `${nouns[0]} ${verbOf(name)}`)
    expect(written.filter((command, place) => written.indexOf(command) !== place)).toEqual([])
  })

  test('no noun speaks of a resource that the API does not have', () => {
    const known = new Set(OPERATIONS.map(({ name }) => resourceOf(name)))
    expect(NOUNS.flatMap(({ resources }) => resources).filter((each) => !known.has(each))).toEqual([])
  })
})
