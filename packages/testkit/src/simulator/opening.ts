/** How a simulated book begins: its operators, whose keys are remembered, and a webhook that asks for effects. */
import type { Actor, Plain } from '@stemma/core'
import type { SeededRandom } from './random.js'

const OPERATORS_MAX = 3

export async function openBook(
  random: SeededRandom,
  run: (command: string, input: Plain) => Promise<Readonly<Record<string, number>>>,
): Promise<readonly Actor[]> {
  const { party } = await run('book.open', { name: 'house', displayName: 'House', baseCurrency: 'USD' })
  const operators: Actor[] = []
  for (let count = random.between(1, OPERATORS_MAX); count > 0; count -= 1)
    operators.push(await operator(`operator-${count}`, party as number, run))
  await run('webhooks.register', {
    party: party as number,
    url: 'https://hooks.example/simulated',
    kinds: ['deposit.', 'account.'],
    sealedSecret: 'sealed',
  })
  return operators
}

async function operator(name: string, party: number, run: Parameters<typeof openBook>[1]): Promise<Actor> {
  const { user } = await run('users.create', {
    party,
    name,
    displayName: name,
    sealedEmail: null,
    kyc: null,
    roles: ['operator'],
    scopes: [],
    account: null,
  })
  const { credential } = await run('credentials.create', {
    user: user as number,
    party: null,
    kind: 'api_key',
    clientId: name,
    displayName: name,
    surface: 'native',
    secretHash: name.padEnd(64, '0'),
    publicKeys: [],
    scopes: null,
    ipAddresses: [],
    expiresAt: null,
  })
  return { kind: 'credential', credential: credential as never, token: null, actingUser: null }
}
