/** What runs out by itself: bindings end; tokens, used assertions and what nobody confirmed are forgotten. */
import type { AssertionId, EmailConfirmationId, FactorId, TokenId } from '../identity/index.js'
import type { Id } from '../image/index.js'
import type { AccessContext } from './access.js'
import { unbind } from './bind.js'
import { expireFactor } from './factors/change.js'
import type { ApplicationId } from './onboarding/applications.js'
import { provision } from './onboarding/provision.js'
import type { BindingId } from './reach.js'
import { forgetToken } from './revoke.js'

export const ACCESS_DUE_WORK: readonly (readonly [string, (context: AccessContext, id: Id) => void])[] = [
  [
    'bindings',
    (context, id) => unbind(context, context.access.reach.bindings.row(id as BindingId), 'binding.ended'),
  ],
  ['applications', (context, id) => provision(context, id as ApplicationId)],
  ['tokens', (context, id) => forgetToken(context, context.identity.tokens.row(id as TokenId))],
  [
    'emailConfirmations',
    ({ identity: { emailConfirmations } }, id) =>
      emailConfirmations.table.remove(emailConfirmations.table.row(id as EmailConfirmationId)),
  ],
  ['factors', (context, id) => expireFactor(context, context.identity.factors.table.row(id as FactorId))],
  ['assertions', ({ identity: { assertions } }, id) => assertions.remove(assertions.row(id as AssertionId))],
]
