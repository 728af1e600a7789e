/** The command as people run it: a process of its own against a server process of its own. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DemoServer, freshFolder, start, startDemo, stemma } from './testing/server-process.js'

let server: DemoServer
beforeAll(async () => {
  server = await startDemo()
})
afterAll(async () => {
  await server.stop()
  server.remove()
})

const run = (...words: string[]) => stemma(words, server.env)
async function json<Answer>(...words: string[]): Promise<Answer> {
  const { code, stdout, stderr } = await run(...words, '--output', 'json')
  if (code !== 0) throw new Error(stderr)
  return JSON.parse(stdout) as Answer
}
type Page<Item> = { items: Item[]; next_cursor: string | null }
type Named = { id: string; name: string; status: string; version: number; owner: string | null }

async function idOf(noun: 'party' | 'account', name: string): Promise<string> {
  const { items } = await json<Page<Named>>(noun, 'list', '--search', name, ...(await under(noun)))
  const found = items.find((item) => item.name === name)
  if (found === undefined) throw new Error(`expected ${name}`)
  return found.id
}
const under = async (noun: string): Promise<string[]> =>
  noun === 'party' ? [] : ['--under', await idOf('party', 'stemma')]

describe('serve', () => {
  test('says where everything is, and that this is a demo', async () => {
    const greeting = (await server.process.said(/Stemma is ready[\s\S]*demo\.json/))[0]
    for (const line of [
      `Console  ${server.url}/`,
      `API      ${server.url}/stemma/v1`,
      `Docs     ${server.url}/docs`,
      'gRPC     ',
      `Data     ${server.data}`,
      'Warning: this is a demo',
    ])
      expect(greeting).toContain(line)
  })

  test('the demo file is for its owner alone, and names this server', () => {
    const file = join(server.data, 'demo.json')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const demo = JSON.parse(readFileSync(file, 'utf8'))
    expect(Object.keys(demo)).toEqual(['native', 'polymarket-us', 'deribit'])
    expect(demo['polymarket-us'].tokenUrl).toBe(`${server.url}/oauth/token`)
  })

  test('a second process on the same data is refused and says so', async () => {
    const { code, stderr } = await stemma(['serve', '--port', '0', '--data', server.data])
    expect(code).toBe(1)
    expect(stderr).toContain('Nothing was changed.')
  })

  test('a demo does not listen beyond this machine', async () => {
    const data = freshFolder()
    const { code, stderr } = await stemma([
      'serve',
      '--demo',
      '--host',
      '0.0.0.0',
      '--port',
      '0',
      '--data',
      data,
    ])
    expect(code).toBe(2)
    expect(stderr).toContain('loopback')
    expect(existsSync(join(data, 'demo.json'))).toBe(false)
  })

  test('a port that is taken is named, with the remedy', async () => {
    const { port } = new URL(server.url)
    const { code, stderr } = await stemma(['serve', '--port', port, '--data', freshFolder()])
    expect(code).toBe(1)
    expect(stderr).toContain('--port')
  })

  test('a setting that is wrong is named', async () => {
    const { code, stderr } = await stemma(['serve'], { STEMMA_PORT: 'many' })
    expect(code).toBe(2)
    expect(stderr).toContain('STEMMA_PORT')
  })
})

test('--version says the version, as the server does', async () => {
  const { stdout, code } = await stemma(['--version'], {})
  const { version } = await (await fetch(`${server.url}/health/live`)).json()
  expect([code, stdout]).toEqual([0, `${version}\n`])
})

describe('answers', () => {
  test('a table for people', async () => {
    const { code, stdout } = await run('party', 'list', '--search', 'api-acme')
    expect(code).toBe(0)
    expect(stdout.split('\n')[0]).toMatch(/^id +name +kind/)
    expect(stdout).toContain('api-acme-participantfirm')
  })

  test('JSON as the API gives it', async () => {
    const { items } = await json<Page<Named>>('party', 'list', '--search', 'api-acme')
    expect(items.map(({ name }) => name)).toEqual(['api-acme-clearingmember', 'api-acme-participantfirm'])
  })

  test('CSV with a header and CRLF', async () => {
    const { stdout } = await run('party', 'list', '--search', 'api-acme', '--output', 'csv')
    const lines = stdout.split('\r\n')
    expect(lines[0]).toMatch(/^id,name,kind,/)
    expect(lines).toHaveLength(4)
  })

  test('a page says how to go on, and --all goes on by itself', async () => {
    const first = await run('party', 'list', '--limit', '2')
    expect(first.stderr).toMatch(/There is more: --all, or --cursor \S+/)
    const all = await json<Page<Named>>('party', 'list', '--limit', '2', '--all')
    const whole = await json<Page<Named>>('party', 'list', '--limit', '500')
    expect(all.items).toEqual(whole.items)
  })

  test('a column that there is not is named beside those that there are', async () => {
    const { code, stdout, stderr } = await run(
      ...['party', 'list', '--search', 'api-acme', '--columns', 'name, colour'],
    )
    expect(code).toBe(0)
    expect(stdout).toBe('name\napi-acme-clearingmember\napi-acme-participantfirm\n')
    expect(stderr).toMatch(/^There is no column colour; there are id, .*name, kind,.*\.\n$/)
  })

  test('--quiet prints ids alone, for scripts', async () => {
    const { stdout } = await run('party', 'list', '--search', 'api-acme', '--quiet')
    expect(stdout).toMatch(/^pty_\d+\npty_\d+\n$/)
  })
})

describe('work', () => {
  test('from a firm to money in an account, and a key that is shown once', async () => {
    const owner = await idOf('party', 'api-acme-clearingmember')
    const made = await run(
      ...['party', 'create', '--owner', owner, '--kind', 'participant', '--name', 'cli-firm'],
      ...['--display-name', 'CLI firm', '--quiet'],
    )
    expect(made.stderr).toBe('')
    const firm = made.stdout.trim()
    const open = (name: string) =>
      json<{ account: string }>(
        'account',
        'create',
        '--party',
        firm,
        '--type',
        'cash',
        '--name',
        name,
        '--display-name',
        name,
      )
    const { account: first } = await open('cli-1')
    const { account: second } = await open('cli-2')
    await json('deposit', 'create', '--account', first, '--currency', 'USD', '--amount', '100.00', '--settle')
    await json(
      ...['transfer', 'create', '--from', first, '--to', second, '--currency', 'USD', '--amount', '40.25'],
    )
    const { stdout } = await run('balance', 'list', first, '--output', 'csv')
    expect(stdout).toContain('59.75')
    const { user } = await json<{ user: string }>(
      ...['user', 'create', '--party', firm, '--name', 'cli-user', '--display-name', 'CLI user'],
      ...['--roles', 'treasurer'],
    )
    await json(
      'bind',
      'create',
      '--user',
      user,
      '--target-kind',
      'account',
      '--target',
      first,
      '--level',
      'full',
    )
    const key = await run('key', 'create', '--user', user, '--display-name', 'CLI key', '--output', 'json')
    expect(key.stderr).toContain('shown this once')
    const { secret } = JSON.parse(key.stdout) as { secret: string }
    const asUser = { STEMMA_URL: server.url, STEMMA_API_KEY: secret }
    expect((await stemma(['balance', 'list', first], asUser)).code).toBe(0)
    const foreign = await stemma(['balance', 'list', second], asUser)
    expect(foreign.code).toBe(1)
    expect(foreign.stderr).toContain('not_visible')
  })

  test('a dry run shows the outcome and changes nothing', async () => {
    const account = await idOf('account', 'api-acme-account-1')
    const before = await json('balance', 'list', account)
    const preview = await run(
      ...['deposit', 'create', '--account', account, '--currency', 'USD', '--amount', '1.00', '--settle'],
      '--dry-run',
    )
    expect(preview.code).toBe(0)
    expect(preview.stderr).toContain('Nothing was changed')
    expect(await json('balance', 'list', account)).toEqual(before)
  })

  test('the same idempotency key asks once', async () => {
    const account = await idOf('account', 'api-borealis-account-1')
    const words = ['deposit', 'create', '--account', account, '--currency', 'USD', '--amount', '1.00']
    const once = () => json('deposit', 'create', ...words.slice(2), '--idempotency-key', 'cli-once')
    expect(await once()).toEqual(await once())
  })

  test('--no-… sets to nothing what can be nothing, a required field too: the party’s counts again', async () => {
    type User = { id: string; kyc: string | null }
    const { items } = await json<Page<User>>(
      'user',
      'list',
      '--under',
      await idOf('party', 'stemma'),
      '--all',
    )
    const { id } = items[0] as User
    expect((await run('user', 'set-kyc', id)).code).toBe(2)
    for (const [word, kyc] of [
      ['--kyc=review', 'review'],
      ['--no-kyc', 'approved'],
    ] as const) {
      expect((await run('user', 'set-kyc', id, word)).stderr).toBe('')
      expect((await json<User>('user', 'show', id)).kyc).toBe(kyc)
    }
  })

  test('--if-match refuses a record that has changed since', async () => {
    const account = await idOf('account', 'liberty-cash-active')
    const { version } = await json<Named>('account', 'show', account)
    const update = (name: string) =>
      run('account', 'update', account, '--display-name', name, '--if-match', String(version))
    expect((await update('first')).code).toBe(0)
    const second = await update('second')
    expect(second.code).toBe(1)
    expect(second.stderr).toContain('version_mismatch')
  })

  test('--demo takes the operator’s key from the demo file', async () => {
    const { code, stdout } = await stemma([
      'access',
      'whoami',
      '--demo',
      '--data',
      server.data,
      '--url',
      server.url,
      '--output',
      'json',
    ])
    expect(code).toBe(0)
    expect(JSON.parse(stdout).user.roles).toEqual(['operator'])
  })
})

describe('a main account and its subaccounts', () => {
  const main = (): string =>
    `acc_${JSON.parse(readFileSync(join(server.data, 'demo.json'), 'utf8')).deribit.main.accountId}`

  test('one is made, gets a login with an address that is taken back, and goes again', async () => {
    const { account } = await json<{ account: string }>('subaccount', 'create', main())
    await json('subaccount', 'rename', account, '--display-name', 'Desk of the test')
    await json('subaccount', 'set-email', account, '--email', 'desk@kestrel.example')
    await json('subaccount', 'set-login', account, '--is-enabled', 'true')
    expect(await json('login', 'show', account)).toMatchObject({
      unconfirmed_email: 'desk@kestrel.example',
      is_login_enabled: true,
    })
    await json('subaccount', 'withdraw-email', account)
    expect(await json('login', 'show', account)).toMatchObject({ email: null, unconfirmed_email: null })
    await json('login', 'remove', account)
    expect(await json('login', 'show', account)).toMatchObject({ user: null })
    await json('subaccount', 'remove', account)
    expect(await json('account', 'show', account)).toMatchObject({ status: 'closed' })
  })

  test('what it would require, with a list of positions as JSON; and what the market was', async () => {
    const positions = JSON.stringify([{ instrument: 'BTC-PERPETUAL', quantity: '100000' }])
    const words = ['margin', 'simulate', main(), 'BTC', '--positions', positions, '--is-added', 'false']
    // One coin at 2 % and 0.005 %.
    expect(await json(...words)).toMatchObject({ initial_margin: '0.02005000' })
    const { items } = await json<Page<{ trades: number }>>(
      ...['quote', 'candles', 'BTC-PERPETUAL', '--resolution', '1d', '--newest-first', 'false'],
    )
    expect(items[0]).toMatchObject({ open: '100010', trades: 1 })
  })

  test('orders that end with every socket of the account; a socket of its own the command line has not', async () => {
    await json('disconnect', 'enable', main(), '--for', 'account')
    expect(await json('disconnect', 'list', main())).toMatchObject({ is_for_account: true })
    await json('disconnect', 'disable', main(), '--for', 'account')
    const { code, stderr } = await run('disconnect', 'enable', main(), '--for', 'connection')
    expect(code).toBe(1)
    expect(stderr).toContain('only a socket is a connection')
  })
})

describe('events', () => {
  test('are followed live, and from a place on', async () => {
    const party = await idOf('party', 'api-borealis-participantfirm')
    const account = await idOf('account', 'api-borealis-account-1')
    const following = start(
      ['events', 'follow', '--under', party, '--kinds', 'deposit.', '--after', '0.0', '--count', '3'],
      server.env,
    )
    await following.said(/deposit/)
    await json('deposit', 'create', '--account', account, '--currency', 'USD', '--amount', '2.00')
    await json('deposit', 'create', '--account', account, '--currency', 'USD', '--amount', '3.00')
    const { code, stdout } = await following.ended
    expect(code).toBe(0)
    const kinds = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).kind as string)
    expect(kinds).toHaveLength(3)
    expect(kinds.every((kind) => kind.startsWith('deposit.'))).toBe(true)
  })

  test('an interruption ends the stream without a complaint', async () => {
    const party = await idOf('party', 'api-borealis-participantfirm')
    const following = start(['events', 'follow', '--under', party, '--after', '0.0'], server.env)
    await following.said(/"kind"/)
    following.child.kill('SIGINT')
    const { code, stderr } = await following.ended
    expect([code, stderr]).toEqual([0, ''])
  })
})

describe('how it ends', () => {
  test('1 and words when Stemma says no', async () => {
    const { code, stderr, stdout } = await run('party', 'show', 'pty_999999')
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain('Code: not_visible')
    expect(stderr).toMatch(/Request: \S+/)
  })

  test('1 and the field when a value is not well formed', async () => {
    const { code, stderr } = await run('party', 'show', 'acc_1')
    expect(code).toBe(1)
    expect(stderr).toContain('Field: /party')
  })

  test.each([
    [['parties'], 'unknown command'],
    [['party', 'create'], 'required option'],
    [['party', 'list', '--output', 'xml'], 'Allowed choices'],
    [['party', 'list', '--limit', 'ten'], 'expected a whole number'],
    [['party', 'list', '--url', 'nowhere'], 'expected an address'],
    [['setting', 'set', 'pty_1', 'approvals.policy', '--value', '{'], 'expected JSON'],
  ])('2 for a command line that is not understood: %j', async (words, complaint) => {
    const { code, stderr } = await run(...words)
    expect(code).toBe(2)
    expect(stderr).toContain(complaint)
  })

  test('2 without a key, with the ways to give one', async () => {
    const { code, stderr } = await stemma(['party', 'list'], { STEMMA_URL: server.url })
    expect(code).toBe(2)
    expect(stderr).toContain('STEMMA_API_KEY')
  })

  test('1 with a key that proves nobody', async () => {
    const { code, stderr } = await stemma(['party', 'list'], { ...server.env, STEMMA_API_KEY: 'sk_nobody' })
    expect(code).toBe(1)
    expect(stderr).toContain('unauthenticated')
  })

  test('3 where nobody answers', async () => {
    const { code, stderr } = await stemma(['party', 'list'], {
      ...server.env,
      STEMMA_URL: 'http://127.0.0.1:9',
    })
    expect(code).toBe(3)
    expect(stderr).toContain('http://127.0.0.1:9')
  })
})

test('verify proves the book over the network', async () => {
  const report = await json<{ holds: boolean; checks: { name: string }[] }>('verify')
  expect(report.holds).toBe(true)
  expect(report.checks.length).toBeGreaterThan(0)
})
