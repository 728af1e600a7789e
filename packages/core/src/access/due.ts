/** What runs out by itself: bindings end, tokens and used assertions are forgotten. */
import type { AssertionId, TokenId } from '../identity/index.js'
import type { Id } from '../image/index.js'
import type { AccessContext } from './access.js'
import { pathsOfBinding } from './checks.js'
import type { BindingId } from './reach.js'
import { bindingView } from './views.js'

export const ACCESS_DUE_WORK: readonly (readonly [string, (context: AccessContext, id: Id) => void])[] = [
  ['bindings', (context, id) => endBinding(context, id as BindingId)],
  ['tokens', ({ identity: { tokens } }, id) => tokens.remove(tokens.row(id as TokenId))],
  ['assertions', ({ identity: { assertions } }, id) => assertions.remove(assertions.row(id as AssertionId))],
]

function endBinding(context: AccessContext, id: BindingId): void {
  const { bindings } = context.access.reach
  const row = bindings.row(id)
  context.emit({
    kind: 'binding.ended',
    subject: `bnd_${id}`,
    paths: pathsOfBinding(context, row),
    data: bindingView(context, row),
  })
  bindings.remove(row)
}
