// The registry keeps its promises: every operation is complete, its examples fit, and its schemas say something.
import { isScope } from '@stemma/core/access/scopes'
import { REFUSALS, Refused } from '@stemma/core/refusals'
import { describe, expect, test } from 'vitest'
import { findOperation, jsonSchema, OPERATIONS, openApi } from './index.js'

type Schema = Readonly<Record<string, unknown>>

/** Places of schemas that allow anything without saying so. */
function emptySchemas(value: unknown, place: string): string[] {
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap((part, index) => emptySchemas(part, `${place}/${index}`))
  return Object.entries(value).flatMap(([key, part]) => {
    const isEmpty = ['schema', 'items'].includes(key) && JSON.stringify(part) === '{}'
    return isEmpty ? [`${place}/${key}`] : emptySchemas(part, `${place}/${key}`)
  })
}

test('names and routes are unique', () => {
  const names = OPERATIONS.map((each) => each.name)
  const routes = OPERATIONS.map((each) => `${each.method} ${each.path.replace(/\{[a-z_]+\}/g, '{}')}`)
  expect(new Set(names).size).toBe(names.length)
  expect(new Set(routes).size).toBe(routes.length)
})

describe.each(OPERATIONS.map((each) => [each.name, each] as const))('%s', (name, operation) => {
  test('is complete', () => {
    expect(name).toMatch(/^[a-z][a-z_]*\.[a-z][a-z_]*$/)
    expect(operation.summary).toMatch(/^[A-Z].*[^.]$/)
    expect(operation.path).toMatch(/^\/[a-z]/)
    expect(operation.scope === null || isScope(operation.scope)).toBe(true)
    expect(operation.refusals.filter((code) => !(code in REFUSALS))).toEqual([])
    expect(new Set(operation.refusals).size).toBe(operation.refusals.length)
    expect(operation.pathFields.filter((field) => !(field in operation.input.shape))).toEqual([])
    expect(findOperation(name)).toBe(operation)
    if (operation.kind !== 'command') expect(operation.method).toBe('GET')
    else expect(operation.method).not.toBe('GET')
  })

  test('its example fits both ways', () => {
    const { request, response } = operation.example
    expect(operation.input.schema.safeParse(request).error).toBeUndefined()
    expect(operation.output.schema.safeParse(response).error).toBeUndefined()
    const core = operation.output.decode(response, '', {})
    expect(operation.output.encode(core, {})).toEqual(response)
    expect(() => operation.input.decode(request, '')).not.toThrow()
  })

  test('it refuses a field that it does not know, with a pointer', () => {
    const odd = { ...(operation.example.request as object), surprise: 1 }
    expect(operation.input.schema.safeParse(odd).success).toBe(false)
    try {
      operation.input.decode(odd, '')
      expect.unreachable()
    } catch (thrown) {
      expect((thrown as Refused).refusal).toMatchObject({ code: 'malformed', field: '/surprise' })
    }
  })

  test('decoding and the schema refuse the same spoiled fields', () => {
    const request = operation.example.request as Record<string, unknown>
    for (const field of Object.keys(request)) {
      for (const spoiled of [17.5, {}, [{}], '', '\u0000', 2 ** 60]) {
        const odd = { ...request, [field]: spoiled }
        const bySchema = operation.input.schema.safeParse(odd).success
        let byDecoding = true
        try {
          operation.input.decode(odd, '')
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(Refused)
          byDecoding = false
        }
        // Decoding may know more (currencies that are kept, control characters); it never accepts what the schema does not.
        if (byDecoding) expect({ field, spoiled, bySchema }).toEqual({ field, spoiled, bySchema: true })
      }
    }
  })

  test('its schemas are not empty', () => {
    const { properties } = jsonSchema(operation.input) as { properties: Schema }
    expect(emptySchemas({ items: properties }, '')).toEqual(
      Object.keys(properties).length === 0 ? ['/items'] : [],
    )
    expect(Object.keys(jsonSchema(operation.output)).length).toBeGreaterThan(0)
  })
})

test('the OpenAPI document has every operation and no empty schema', () => {
  const document = openApi('0.0.0') as { paths: Record<string, Record<string, { operationId: string }>> }
  const ids = Object.values(document.paths).flatMap((item) =>
    Object.values(item).map((each) => each.operationId),
  )
  expect(ids.sort()).toEqual(
    [
      ...OPERATIONS.map((each) => each.name),
      'batch',
      'events.stream',
      'drop_copy.stream',
      'market_data.stream',
      'announcements.stream',
    ].sort(),
  )
  expect(emptySchemas(document, '')).toEqual([])
})
