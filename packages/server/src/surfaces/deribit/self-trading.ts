/** `private/set_self_trading_config`: what happens when an account meets its own orders (sections 3.2 and 6.5). */
import { type AccountView, selfMatchDefault } from '@stemma/core'
import type { Method, PrivateCall } from './call.js'
import { invalidParam, settled } from './errors.js'

const MODES = { reject_taker: 'reject_aggressor', cancel_maker: 'cancel_resting' } as const
type Mode = keyof typeof MODES

export function selfTradingShown({ type, attributes }: AccountView): Readonly<Record<string, unknown>> {
  const { instruction, isOfMain } = selfMatchDefault(type, attributes)
  return {
    self_trading_reject_mode: instruction === 'cancel_resting' ? 'cancel_maker' : 'reject_taker',
    self_trading_extended_to_subaccounts: isOfMain,
    block_rfq_self_match_prevention: true,
  }
}

async function configure({ host, caller, params, requestId }: PrivateCall): Promise<unknown> {
  const mode = params.oneOf('mode', Object.keys(MODES) as Mode[]) ?? params.missing('mode')
  if (!params.has('extended_to_subaccounts')) params.missing('extended_to_subaccounts')
  const selfMatchExtended = params.flag('extended_to_subaccounts')
  if (!params.flag('block_rfq_self_match_prevention', true))
    throw invalidParam('block_rfq_self_match_prevention', 'must be true')
  settled(
    await host.execute({
      command: 'accounts.update',
      actor: caller.authenticated.actor,
      input: {
        account: caller.account,
        displayName: null,
        type: null,
        attributes: { selfMatchInstruction: MODES[mode], selfMatchExtended },
        version: null,
      },
      request: requestId,
    }),
  )
  return 'ok'
}

export const SELF_TRADING_METHODS: readonly Method[] = [
  {
    name: 'private/set_self_trading_config',
    kind: 'private',
    scope: 'account:read_write',
    answer: configure,
  },
]
