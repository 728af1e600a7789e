/** The book of addresses that an account may send to: withdrawals outside, transfers to other owners. */
import { type CurrencyCode, toMilliseconds } from '@stemma/core'
import type { Method, PrivateCall } from './call.js'
import { answered, settled, VenueError } from './errors.js'
import { currencyNamed } from './instruments.js'

const TYPES = ['withdrawal', 'transfer'] as const

interface BookAddress {
  readonly id: number
  readonly currency: CurrencyCode
  readonly kind: (typeof TYPES)[number]
  readonly address: string
  readonly label: string
  readonly createdAt: number
}

const listAsked = ({ params }: PrivateCall) => ({
  currency: currencyNamed(params),
  type: params.oneOf('type', TYPES) ?? params.missing('type'),
})

function checkEntry(call: PrivateCall): void {
  listAsked(call)
  call.params.requiredText('address')
}

async function addresses(call: PrivateCall): Promise<readonly BookAddress[]> {
  const { host, caller } = call
  const { currency, type } = listAsked(call)
  const { items } = answered(
    await host.read<{ readonly items: readonly BookAddress[] }>(
      'address_book.list',
      caller.authenticated.actor,
      { account: caller.account, currency },
    ),
  )
  return items.filter(({ kind }) => kind === type)
}

const shown = ({ currency, kind, address, label, createdAt }: BookAddress) => ({
  currency,
  type: kind,
  address,
  label,
  creation_timestamp: toMilliseconds(createdAt as never),
  status: 'confirmed',
})

async function add(call: PrivateCall): Promise<unknown> {
  const { host, caller, params, requestId } = call
  const kind = params.oneOf('type', TYPES) ?? params.missing('type')
  const address = params.requiredText('address')
  const outcome = await host.execute({
    command: 'address_book.add',
    actor: caller.authenticated.actor,
    input: {
      account: caller.account,
      currency: currencyNamed(params),
      kind,
      address,
      label: params.text('label') ?? address.slice(0, 64),
    },
    request: requestId,
  })
  if (outcome.kind === 'refused') {
    const { code, field } = outcome.refusal
    if (code === 'limit_reached') throw new VenueError(11093)
    if (code === 'malformed' && field === '/address')
      throw new VenueError(kind === 'transfer' ? 11091 : 11090)
  }
  settled(outcome)
  const added = (await addresses(call)).find((each) => each.address === address)
  if (added === undefined) throw new VenueError(11094)
  return shown(added)
}

async function remove(call: PrivateCall): Promise<unknown> {
  const { host, caller, params, requestId } = call
  const address = params.requiredText('address')
  const found = (await addresses(call)).find((each) => each.address === address)
  if (found === undefined) throw new VenueError(11090)
  settled(
    await host.execute({
      command: 'address_book.remove',
      actor: caller.authenticated.actor,
      input: { bookAddress: found.id },
      request: requestId,
    }),
  )
  return 'ok'
}

const writes = {
  kind: 'private',
  scope: 'wallet:read_write',
  protection: { factor: 'wallet', withoutFactor: 'allowed' },
  checkParams: checkEntry,
} as const

export const ADDRESS_BOOK_METHODS: readonly Method[] = [
  {
    name: 'private/get_address_book',
    kind: 'private',
    scope: 'wallet:read',
    answer: async (call) => (await addresses(call)).map(shown),
  },
  { name: 'private/add_to_address_book', ...writes, answer: add },
  { name: 'private/remove_from_address_book', ...writes, answer: remove },
]
