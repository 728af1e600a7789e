/**
 * How a simulated book begins: its operators, whose keys are remembered, a webhook that asks for effects, and a market
 * with some traders in it.
 */
import type { Actor, Engine, Plain } from '@stemma/core'
import { type Contract, InstrumentTraffic } from './instrument-traffic.js'
import type { SeededRandom } from './random.js'

const OPERATORS_MAX = 3
const TRADERS = [
  'fully_collateralised',
  'fully_collateralised',
  'segregated_standard',
  'cross_standard',
] as const
/** What each of them begins with, in units of the ledger: 10,000 dollars of either kind and ten coins. */
const FUNDS = { USD: 10n ** 10n, USDC: 10n ** 12n, BTC: 10n ** 11n } as const
/** Of a withdrawal to an address. */
const FEES = { USD: '0.25', BTC: '0.0001', USDC: '1' }
const CONTRACTS: readonly (readonly [Contract, 'linear' | 'inverse'])[] = [
  ['event_contract', 'linear'],
  ['equity', 'linear'],
  ['perpetual', 'inverse'],
  ['perpetual', 'linear'],
  ['future', 'inverse'],
  ['option', 'inverse'],
  ['option', 'linear'],
]

type Run = (command: string, input: Plain) => Promise<Readonly<Record<string, Plain>>>

export async function openBook(random: SeededRandom, engine: Engine, run: Run): Promise<readonly Actor[]> {
  const opened = await run('book.open', { name: 'house', displayName: 'House', baseCurrency: 'USD' })
  const { party, accounts } = opened as { party: number; accounts: { outsideWorld: number } }
  const operators: Actor[] = []
  for (let count = random.between(1, OPERATORS_MAX); count > 0; count -= 1)
    operators.push(await operator(`operator-${count}`, party, run))
  await run('webhooks.register', {
    party,
    url: 'https://hooks.example/simulated',
    kinds: ['deposit.', 'account.'],
    sealedSecret: 'sealed',
  })
  // Some operators insure those who cannot pay.
  if (random.chance(0.5)) {
    const setting = { node: party, name: 'margin.insurance', value: true, from: null }
    await run('settings.set', setting)
  }
  // Most take money from others, and sending out costs something.
  const settings = { 'transfers.accept_from_others': random.chance(0.8), 'withdrawals.fees': FEES }
  for (const [name, value] of Object.entries(settings))
    await run('settings.set', { node: party, name, value, from: null })
  for (const [place, type] of TRADERS.entries()) {
    const main = await trader(`trader-${place}`, type, null, party, accounts.outsideWorld, run)
    if (type.endsWith('_standard'))
      await trader(`trader-${place}-sub`, type, main, party, accounts.outsideWorld, run)
  }
  await openMarket(random, engine, run)
  return operators
}

async function trader(
  name: string,
  type: string,
  main: number | null,
  party: number,
  from: number,
  run: Run,
): Promise<number> {
  const { account: to } = await run('accounts.open', {
    party,
    main,
    template: null,
    name,
    displayName: name,
    type,
    baseCurrency: null,
    needsClearing: false,
    attributes: {},
  })
  for (const [currency, amount] of Object.entries(FUNDS))
    await run('transfers.create', { from, to: to as number, currency, amount, description: null })
  return to as number
}

async function openMarket(random: SeededRandom, engine: Engine, run: Run): Promise<void> {
  const none = (): never => {
    throw new Error('expected no instrument to be picked')
  }
  const traffic = new InstrumentTraffic(random, () => engine, none)
  for (const [kind, style] of CONTRACTS) {
    const { instrument } = await run('instruments.create', traffic.contract(kind, style))
    await run('instruments.set_state', { instrument: instrument as number, state: 'open', version: null })
  }
  const { instruments } = engine.rooms.market
  await run('prices.publish', traffic.marks(instruments.idsInOrder()))
}

async function operator(name: string, party: number, run: Run): Promise<Actor> {
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
