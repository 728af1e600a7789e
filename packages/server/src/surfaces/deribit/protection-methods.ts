/** Market-maker protection (section 6 of the sheet's flags `mmp`): one for what follows an index, and groups of quotes. */
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

/** Of orders, or of the quotes of one group. */
const groupAsked = ({ params }: PrivateCall): string | null => params.text('mmp_group')

/** What is asked for: with an index and no group that of its orders, with neither all of them. */
async function protections(call: PrivateCall): Promise<readonly ProtectionView[]> {
  const { host, caller } = call
  const { items }: { readonly items: readonly ProtectionView[] } = answered(
    await host.read('protections.list', caller.authenticated.actor, { account: accountRead(call) }),
  )
  const index = call.params.has('index_name') ? indexAsked(call) : null
  const group = groupAsked(call)
  return items.filter(
    (each) =>
      (index === null || each.index === index) &&
      ((index === null && group === null) || each.group === group),
  )
}

/** What it has no limit of is 0. */
const limitShown = (limit: bigint | null): number => (limit === null ? 0 : priceShown(limit as Price))

/** Which it is: of an index, and of a group where it is of quotes. */
export const protectionNamed = ({ index, group }: Pick<ProtectionView, 'index' | 'group'>) => ({
  index_name: index,
  ...(group === null ? {} : { mmp_group: group }),
})

const configShown = (each: ProtectionView) => ({
  ...protectionNamed(each),
  interval: each.intervalSeconds,
  frozen_time: each.frozenSeconds,
  quantity_limit: limitShown(each.quantityLimit),
  delta_limit: limitShown(each.deltaLimit),
  ...(each.sideQuantityMax === null ? {} : { max_quote_quantity: limitShown(each.sideQuantityMax) }),
})

/** 0 where only a reset ends it. */
export const frozenShown = (until: number | null): number =>
  until === null ? 0 : toMilliseconds(until as never)

async function setConfig(call: PrivateCall): Promise<unknown> {
  const { params, host, caller } = call
  if (params.has('vega_limit')) throw invalidParam('vega_limit', 'is not supported')
  const index = indexAsked(call)
  const limit = (name: string): Plain => {
    const given = params.price(name)
    return given === 0n ? null : given
  }
  const [quantityLimit, deltaLimit] = [limit('quantity_limit'), limit('delta_limit')]
  const group = groupAsked(call)
  // A group that was set up before there was that parameter is held to its other limits.
  const most = group === null || params.has('max_quote_quantity') ? null : (quantityLimit ?? deltaLimit)
  settled(
    await host.execute({
      command: 'protections.set',
      actor: caller.authenticated.actor,
      input: {
        account: caller.account,
        index,
        group,
        intervalSeconds: params.requiredWhole('interval'),
        frozenSeconds: params.requiredWhole('frozen_time'),
        quantityLimit,
        deltaLimit,
        sideQuantityMax: limit('max_quote_quantity') ?? most,
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
    input: { account: call.caller.account, index: indexAsked(call), group: groupAsked(call) },
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
        .map((each) => ({ ...protectionNamed(each), frozen_until: frozenShown(each.frozenUntil) })),
  },
  { name: 'private/set_mmp_config', kind: 'private', scope: 'trade:read_write', answer: setConfig },
  { name: 'private/reset_mmp', kind: 'private', scope: 'trade:read_write', answer: reset },
]
