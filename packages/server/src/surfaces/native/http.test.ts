// The surface against what comes over a wire: malformed requests, repeats, versions, previews, batches, pages.
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startWorld, type World } from '../../testing/native-world.js'

let world: World
let main: string
let second: string

beforeAll(async () => {
  world = await startWorld()
  main = world.ids.get('acc_1042')!
  second = world.ids.get('acc_1043')!
})
afterAll(() => world.stop())

const transfer = (more: object = {}) => ({ from: main, to: second, currency: 'USD', amount: '1.00', ...more })
const post = (raw: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  world.call('POST', '/stemma/v1/transfers', { raw, headers })
const head = () => world.engine.image.head.sequence

test('a history, what is finished, a batch and a refusal say their sequence too', async () => {
  const made = await world.call('POST', '/stemma/v1/transfers', { body: transfer() })
  const commands = [{ operation: 'transfers.create', input: transfer() }]
  const answers = [
    await world.call('GET', `/stemma/v1/accounts/${main}/entries`),
    await world.call('GET', `/stemma/v1/transfers/${made.body.transfer}`),
    await world.call('POST', '/stemma/v1/transfers', { body: transfer({ amount: 1 }) }),
    await world.call('POST', '/stemma/v1/transfers?dry_run=true', { body: transfer() }),
    made,
  ]
  for (const { headers } of answers) expect(headers.get('stemma-sequence')).toBe(String(made.body.sequence))
  const batch = await world.call('POST', '/stemma/v1/batch', { body: { commands } })
  expect(batch.headers.get('stemma-sequence')).toBe(String(made.body.sequence + 1))
  const nobody = await world.call('GET', `/stemma/v1/accounts/${main}/entries`, { key: null })
  expect(nobody.headers.get('stemma-sequence')).toBeNull()
})

describe('malformed requests are refused with a pointer, and change nothing', () => {
  const cases: [string, () => unknown, number, string][] = [
    ['an amount as a number', () => transfer({ amount: 1 }), 400, '/amount'],
    ['an amount with an exponent', () => transfer({ amount: '1e3' }), 400, '/amount'],
    ['an amount with too many digits', () => transfer({ amount: '1.001' }), 400, '/amount'],
    ['an amount of zero', () => transfer({ amount: '0.00' }), 422, '/amount'],
    ['a negative amount', () => transfer({ amount: '-1.00' }), 422, '/amount'],
    ['an amount without end', () => transfer({ amount: '9'.repeat(100) }), 400, '/amount'],
    ['an unknown field', () => transfer({ amonut: '1.00' }), 400, '/amonut'],
    ['a field of another kind', () => transfer({ from: ['x'] }), 400, '/from'],
    ['an id of another kind', () => transfer({ from: 'usr_1' }), 400, '/from'],
    ['an id beyond 2^53', () => transfer({ from: 'acc_9007199254740993' }), 400, '/from'],
    ['a currency that is not kept', () => transfer({ currency: 'XXX' }), 422, '/currency'],
    ['control characters', () => transfer({ description: 'a\u0000b' }), 400, '/description'],
    ['a missing field', () => ({ from: main }), 400, '/to'],
    ['a list', () => [transfer()], 400, '/'],
    ['null', () => null, 400, '/'],
  ]
  test.each(cases)('%s', async (_what, body, status, field) => {
    const before = head()
    const answered = await post(JSON.stringify(body()))
    expect(answered.headers.get('content-type')).toBe('application/problem+json')
    expect(answered.body).toMatchObject({ status, field, retryable: false })
    expect(answered.status).toBe(status)
    expect(answered.body.request_id).toBe(answered.headers.get('x-request-id'))
    expect(head()).toBe(before)
  })

  test.each([
    ['text that is not JSON', '{"from":'],
    ['a field named twice', '{"from":"acc_1","from":"acc_2"}'],
    ['nesting 100,000 deep', `{"from":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
    ['an empty body', ''],
    ['a prototype', '{"__proto__":{"from":"acc_1"}}'],
  ])('%s', async (_what, raw) => {
    const answered = await post(raw)
    expect(answered.status).toBe(400)
    expect(answered.body.code).toBe('malformed')
  })

  test('bytes that are not UTF-8', async () => {
    const answered = await post(new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))
    expect(answered.body).toMatchObject({ status: 400, code: 'malformed' })
  })

  test('a number beyond 2^53 where a whole number is meant', async () => {
    const answered = await world.call('GET', `/stemma/v1/parties?limit=9007199254740993`)
    expect(answered.body).toMatchObject({ status: 400, field: '/limit' })
  })

  test('a body of 10 MB', async () => {
    const answered = await post(`{"description":"${'x'.repeat(10_000_000)}"}`)
    expect(answered.body).toMatchObject({ status: 413, code: 'too_large' })
  })

  test('another content type', async () => {
    const answered = await post('<a/>', { 'content-type': 'text/xml' })
    expect(answered.body).toMatchObject({ status: 400, code: 'malformed' })
  })

  test('oversized headers are answered with a 4xx, not a hang', async () => {
    const answer = await rawRequest(
      `GET /stemma/v1/whoami HTTP/1.1\r\nHost: x\r\nX-Big: ${'y'.repeat(40_000)}\r\n\r\n`,
    )
    expect(answer).toMatch(/^HTTP\/1\.1 431/)
  })
})

function rawRequest(written: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(world.url).port), '127.0.0.1', () => socket.write(written))
    let answer = ''
    socket.on('data', (data) => {
      answer += data.toString()
    })
    socket.on('close', () => resolve(answer))
    socket.on('error', reject)
  })
}

describe('who asks', () => {
  test.each([
    ['nobody', null],
    ['a made-up key', `sk_${'0'.repeat(16)}_${'0'.repeat(64)}`],
    ['no token at all', 'x'],
  ])('%s is not let in', async (_who, key) => {
    const answered = await world.call('GET', '/stemma/v1/whoami', { key })
    expect(answered.status).toBe(401)
    expect(answered.body.code).toBe('unauthenticated')
    expect(answered.headers.get('www-authenticate')).toContain('Bearer')
  })

  test('what belongs to another firm is answered like what is not there', async () => {
    const foreign = await world.call('GET', `/stemma/v1/accounts/${main}`, { key: world.keys.stranger })
    const absent = await world.call('GET', '/stemma/v1/accounts/acc_999999', { key: world.keys.stranger })
    const { request_id: _one, ...foreignProblem } = foreign.body
    const { request_id: _other, ...absentProblem } = absent.body
    expect(foreign.status).toBe(404)
    expect(foreignProblem).toEqual(absentProblem)
  })

  test('a revoked key is refused on the very next request', async () => {
    const made = await world.call('POST', '/stemma/v1/api_keys', {
      body: { user: world.ids.get('usr_21'), display_name: 'Short-lived' },
    })
    const { secret: key, credential } = made.body
    expect((await world.call('GET', '/stemma/v1/whoami', { key })).status).toBe(200)
    await world.call('POST', `/stemma/v1/credentials/${credential}/revoke`, { body: {} })
    expect((await world.call('GET', '/stemma/v1/whoami', { key })).status).toBe(401)
  })

  test('an unknown route and an unknown method are problems too', async () => {
    expect((await world.call('GET', '/stemma/v1/nothing')).body).toMatchObject({
      status: 404,
      code: 'unknown_operation',
    })
    expect((await world.call('DELETE', '/stemma/v1/transfers')).body).toMatchObject({ status: 404 })
  })
})

describe('repeats', () => {
  const keyed = (key: string, body: object) =>
    world.call('POST', '/stemma/v1/transfers', { body, headers: { 'idempotency-key': key } })

  test('the same key and body give the first answer again, marked', async () => {
    const first = await keyed('one', transfer())
    const before = head()
    const again = await keyed('one', transfer())
    expect(again.body).toEqual(first.body)
    expect(first.headers.get('idempotency-replayed')).toBeNull()
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    expect(head()).toBe(before)
  })

  test('another body under the same key is refused', async () => {
    await keyed('two', transfer())
    expect((await keyed('two', transfer({ amount: '2.00' }))).body).toMatchObject({
      status: 422,
      code: 'idempotency_key_reused',
    })
  })

  test('a key of 255 characters is taken, one of 256 refused', async () => {
    expect((await keyed('k'.repeat(255), transfer())).status).toBe(200)
    expect((await keyed('k'.repeat(256), transfer())).body).toMatchObject({
      status: 400,
      field: '/idempotency_key',
    })
  })
})

describe('texts', () => {
  test('a description and a reason have 500 characters, and a field of their own when they have more', async () => {
    const described = (length: number) => post(JSON.stringify(transfer({ description: 'd'.repeat(length) })))
    expect((await described(500)).status).toBe(200)
    expect((await described(501)).body).toMatchObject({ status: 400, field: '/description' })
    const reasoned = async (length: number) => {
      const body = { account: main, currency: 'USD', amount: '1.00' }
      const { deposit } = (await world.call('POST', '/stemma/v1/deposits', { body })).body
      const reason = 'r'.repeat(length)
      return world.call('POST', `/stemma/v1/deposits/${deposit}/cancel`, { body: { reason } })
    }
    expect((await reasoned(500)).status).toBe(200)
    expect((await reasoned(501)).body).toMatchObject({ status: 400, field: '/reason' })
  })
})

describe('versions', () => {
  test('a change of the version that was read passes, one of an older is refused', async () => {
    const read = await world.call('GET', `/stemma/v1/accounts/${second}`)
    const etag = read.headers.get('etag')!
    expect(etag).toBe(`"${read.body.version}"`)
    const change = (display_name: string) =>
      world.call('PATCH', `/stemma/v1/accounts/${second}`, {
        body: { display_name },
        headers: { 'if-match': etag },
      })
    expect((await change('Renamed')).status).toBe(200)
    expect((await change('Again')).body).toMatchObject({ status: 412, code: 'version_mismatch' })
    expect((await world.call('GET', `/stemma/v1/accounts/${second}`)).body.display_name).toBe('Renamed')
  })
})

describe('dry runs', () => {
  test('say what would happen and change nothing', async () => {
    const before = head()
    const answered = await world.call('POST', '/stemma/v1/transfers?dry_run=true', { body: transfer() })
    expect(answered.body).toMatchObject({
      dry_run: true,
      outcome: 'would_succeed',
      events: [{ kind: 'transfer.completed' }],
    })
    const refused = await world.call('POST', '/stemma/v1/transfers?dry_run=true', {
      body: transfer({ amount: '99999999.00' }),
    })
    expect(refused.body).toMatchObject({
      outcome: 'would_be_refused',
      problem: { code: 'insufficient_available_balance' },
    })
    expect(head()).toBe(before)
  })

  test('take true and false only', async () => {
    const answered = await world.call('POST', '/stemma/v1/transfers?dry_run=maybe', { body: transfer() })
    expect(answered.body).toMatchObject({ status: 400, field: '/dry_run' })
  })
})

describe('batches', () => {
  const batch = (body: unknown) => world.call('POST', '/stemma/v1/batch', { body })
  const command = (more: object = {}) => ({ operation: 'transfers.create', input: transfer(more) })

  test('each on its own: a result for each, in order', async () => {
    const { status, body } = await batch({
      commands: [command(), command({ amount: '0.00' }), command({ odd: 1 }), command()],
    })
    expect(status).toBe(200)
    expect(body.results.map((each: { status: number }) => each.status)).toEqual([200, 422, 400, 200])
    expect(body.results[2].problem.field).toBe('/commands/2/input/odd')
  })

  test('all or nothing: one refusal undoes the others', async () => {
    const before = head()
    const { body } = await batch({
      mode: 'all_or_nothing',
      commands: [command(), command({ amount: '0.00' }), command()],
    })
    expect(body.results.map((each: { problem: { code: string } }) => each.problem.code)).toEqual([
      'batch_refused',
      'amount_not_positive',
      'batch_refused',
    ])
    expect(head()).toBe(before)
    const passed = await batch({ mode: 'all_or_nothing', commands: [command(), command()] })
    expect(passed.body.results.map((each: { status: number }) => each.status)).toEqual([200, 200])
  })

  test('500 commands pass, 501 are refused, none too', async () => {
    const many = (length: number) =>
      batch({ commands: Array.from({ length }, () => command({ amount: '0.01' })) })
    expect((await many(500)).body.results).toHaveLength(500)
    expect((await many(501)).body).toMatchObject({ status: 400, field: '/commands' })
    expect((await many(0)).body).toMatchObject({ status: 400, field: '/commands' })
  })

  test('queries are no commands', async () => {
    const { body } = await batch({ commands: [{ operation: 'accounts.get', input: { account: main } }] })
    expect(body.results[0].problem).toMatchObject({
      code: 'unknown_operation',
      field: '/commands/0/operation',
    })
  })
})

describe('pages', () => {
  const walk = async (path: string) => {
    const found: string[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { body } = await world.call('GET', `${path}&limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`)
      expect(body.items.length).toBeLessThanOrEqual(2)
      found.push(...body.items.map(({ id, sequence }: { id?: string; sequence: string }) => id ?? sequence))
      cursor = body.next_cursor
    }
    return found
  }

  test('of a list end where it ends, without gap or repeat', async () => {
    const all = (await world.call('GET', '/stemma/v1/parties?limit=500')).body.items.map(
      ({ id }: { id: string }) => id,
    )
    expect(await walk('/stemma/v1/parties?sort=created')).toEqual(all)
    expect(all).toHaveLength(5)
  })

  test('of a history too', async () => {
    for (let count = 0; count < 3; count += 1)
      await world.call('POST', '/stemma/v1/transfers', { body: transfer() })
    const path = `/stemma/v1/accounts/${main}/entries?newest_first=true`
    const all = (await world.call('GET', `${path}&limit=500`)).body.items.map(
      ({ sequence }: { sequence: string }) => sequence,
    )
    const walked = await walk(path)
    expect(walked.slice(0, all.length)).toEqual(all)
    expect(new Set(walked).size).toBe(walked.length)
  })

  test('take up to 500, and cursors of their own only', async () => {
    expect((await world.call('GET', '/stemma/v1/parties?limit=501')).body).toMatchObject({
      status: 400,
      field: '/limit',
    })
    expect((await world.call('GET', '/stemma/v1/parties?cursor=e30')).body).toMatchObject({
      status: 400,
      field: '/cursor',
    })
  })
})

describe('a movement that is finished', () => {
  test('is read by its id like one that is on its way, and by nobody else', async () => {
    const { transfer: id } = (await world.call('POST', '/stemma/v1/transfers', { body: transfer() })).body
    expect((await world.call('GET', `/stemma/v1/transfers/${id}`)).body).toMatchObject({
      id,
      state: 'completed',
      from: main,
      to: second,
      amount: '1.00',
    })
    const unknown = await world.call('GET', '/stemma/v1/transfers/trf_999999')
    const foreign = await world.call('GET', `/stemma/v1/transfers/${id}`, { key: world.keys.stranger })
    expect([unknown.status, foreign.status]).toEqual([404, 404])
    expect(foreign.body.detail).toBe(unknown.body.detail)
  })

  test('a deposit that was settled is read by its id', async () => {
    const body = { account: main, currency: 'USD', amount: '3.00', reference: 'read-again', settle: true }
    const { deposit: id } = (await world.call('POST', '/stemma/v1/deposits', { body })).body
    const { body: read } = await world.call('GET', `/stemma/v1/deposits/${id}`)
    expect(read).toMatchObject({ id, state: 'completed', account: main, amount: '3.00' })
  })
})
