/** What waits for somebody: a withdrawal, a hold, a prepared transfer, an approval, a block. */
import { DAY, type Id } from '@stemma/core'
import { type Builder, money } from '../builder.js'
import type { Borealis } from './borealis.js'
import type { Kestrel } from './kestrel.js'
import type { Liberty } from './liberty.js'
import type { Nordlys } from './nordlys.js'

export interface Waiting {
  readonly withdrawal: Id
  readonly hold: Id
  readonly transfer: Id
  readonly approval: Id
  readonly block: Id
}

const PREPARED_DAYS = 30

export async function createWaiting(
  builder: Builder,
  {
    borealis,
    nordlys,
    kestrel,
    liberty,
  }: { borealis: Borealis; nordlys: Nordlys; kestrel: Kestrel; liberty: Liberty },
): Promise<Waiting> {
  const withdrawal = await builder.withdrawal(
    liberty.active.cash,
    'USD',
    '400.00',
    'To the bank account on file',
  )
  const hold = await builder.make(
    'hold',
    'holds.create',
    {
      account: borealis.accounts.proprietary,
      ...money('5000.00', 'USD'),
      reason: 'Card authorisation',
      expiresAt: null,
    },
    'Card authorisation',
  )
  const prepared = {
    from: kestrel.main,
    to: kestrel.subaccounts[0],
    ...money('0.50000000', 'BTC'),
    description: 'For the next trade',
    expiresAt: builder.port.now() + PREPARED_DAYS * DAY,
  }
  const transfer = await builder.make('transfer', 'transfers.prepare', prepared, 'Asked for by the client')
  const block = await builder.make(
    'block',
    'blocks.set',
    {
      target: borealis.accounts.customers,
      kind: 'transfers',
      reason: 'Source of funds under review',
      until: null,
    },
    'Source of funds under review',
  )
  return { withdrawal, hold, transfer, block, approval: await createApproval(builder, nordlys) }
}

/** At this partner, money above these amounts needs a second person. */
const POLICY = {
  money: { above: { EUR: '10000.00', USD: '10000.00', DKK: '75000.00' } },
  rights: 'never',
  corrections: 'never',
}

async function createApproval(builder: Builder, { partner, accounts }: Nordlys): Promise<Id> {
  const policy = { node: partner, name: 'approvals.policy', value: POLICY, from: null }
  await builder.run('settings.set', policy, 'Large amounts need a second person')
  const input = {
    account: accounts.eur,
    ...money('25000.00', 'EUR'),
    reference: null,
    description: 'Deposit on a summer house',
  }
  return builder.make('approval', 'withdrawals.create', input, 'Asked for by the client')
}
