/** What waits for a second person before it is carried out: a policy of the owner's asks for one. */
import type { AccountId, Plain } from '@stemma/core'
import { accountView } from './account-shown.js'
import type { PrivateCall } from './call.js'
import { answered, settled } from './errors.js'
import { SYSTEM } from './instruments.js'

export interface WaitingApproval {
  readonly id: number
  readonly operation: string
  readonly createdAt: number
  readonly input: Readonly<Record<string, Plain>>
}

/** An owner has few of them. */
const APPROVALS_MAX = 1_000

/** Commands of these names that wait and move money of the account. */
export async function approvalsWaiting(
  call: PrivateCall,
  account: AccountId,
  operations: readonly string[],
): Promise<readonly WaitingApproval[]> {
  const { party } = await accountView(call, account)
  const { approvals } = answered(
    await call.host.read<{ readonly approvals: readonly WaitingApproval[] }>('approvals.list', SYSTEM, {
      party,
      state: 'open',
      after: null,
      limit: APPROVALS_MAX,
    }),
  )
  return approvals.filter(
    ({ operation, input }) =>
      operations.includes(operation) && (input.from === account || input.account === account),
  )
}

/** Its maker takes it back. */
export async function withdrawApproval(call: PrivateCall, approval: number): Promise<void> {
  settled(
    await call.host.execute({
      command: 'approvals.withdraw',
      actor: call.caller.authenticated.actor,
      input: { approval },
      request: call.requestId,
    }),
  )
}
