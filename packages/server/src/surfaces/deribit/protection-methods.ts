/** Market-maker protection (section 6 of the sheet's flags `mmp`): one for what follows an index. */
import { type Plain, type Price, type ProtectionView, toMilliseconds } from '@stemma/core'
import { accountRead, type Method, type PrivateCall } from './call.js'
import { answered, invalidParam, settled, VenueError } from './errors.js'
import { priceShown } from './numbers.js'

const INDEX_NAME = /^[a-z0-9]{1,16}_[a-z0-9]{1,16}$/

function indexAsked({ params }: PrivateCall): string {
  const name = params.requiredText('index_name')
  if (!INDEX_NAME.test(name)) throw invalidParam('index_name', 'invalid index name')
  return name
}

async function protections(call: PrivateCall): Promise<readonly ProtectionView[]> {
  const { host, caller } = call
  const { items }: { readonly items: readonly ProtectionView[] } = answered(
    await host.read('protections.list', caller.authenticated.actor, { account: accountRead(call) }),
  )
  const index = call.params.has('index_name') ? indexAsked(call) : null
  return index === null ? items : items.filter((each) => each.index === index)
}

/** What it has no limit of is 0. */
const limitShown = (limit: bigint | null): number => (limit === null ? 0 : priceShown(limit as Price))

const configShown = (each: ProtectionView) => ({
  index_name: each.index,
  interval: each.intervalSeconds,
  frozen_time: each.frozenSeconds,
  quantity_limit: limitShown(each.quantityLimit),
  delta_limit: limitShown(each.deltaLimit),
})

/** 0 where only a reset ends it. */
export const frozenShown = (until: number | null): number =>
  until === null ? 0 : toMilliseconds(until as never)

async function setConfig(call: PrivateCall): Promise<unknown> {
  const { params, host, caller } = call
  if (params.has('vega_limit')) throw invalidParam('vega_limit', 'is not supported')
  if (params.has('mmp_group')) throw invalidParam('mmp_group', 'is not supported')
  const index = indexAsked(call)
  const limit = (name: string): Plain => {
    const given = params.price(name)
    return given === 0n ? null : given
  }
  settled(
    await host.execute({
      command: 'protections.set',
      actor: caller.authenticated.actor,
      input: {
        account: caller.account,
        index,
        intervalSeconds: params.requiredWhole('interval'),
        frozenSeconds: params.requiredWhole('frozen_time'),
        quantityLimit: limit('quantity_limit'),
        deltaLimit: limit('delta_limit'),
      },
      request: call.requestId,
    }),
  )
  return (await protections(call)).map(configShown)
}

async function reset(call: PrivateCall): Promise<unknown> {
  const outcome = await call.host.execute({
    command: 'protections.reset',
    actor: call.caller.authenticated.actor,
    input: { account: call.caller.account, index: indexAsked(call) },
    request: call.requestId,
  })
  if (outcome.kind === 'refused' && outcome.refusal.code === 'not_visible') throw new VenueError(13040)
  settled(outcome)
  return 'ok'
}

export const PROTECTION_METHODS: readonly Method[] = [
  {
    name: 'private/get_mmp_config',
    kind: 'private',
    scope: 'trade:read',
    answer: async (call) => (await protections(call)).map(configShown),
  },
  {
    name: 'private/get_mmp_status',
    kind: 'private',
    scope: 'trade:read',
    answer: async (call) =>
      (await protections(call))
        .filter(({ isFrozen }) => isFrozen)
        .map(({ index, frozenUntil }) => ({ index_name: index, frozen_until: frozenShown(frozenUntil) })),
  },
  { name: 'private/set_mmp_config', kind: 'private', scope: 'trade:read_write', answer: setConfig },
  { name: 'private/reset_mmp', kind: 'private', scope: 'trade:read_write', answer: reset },
]
