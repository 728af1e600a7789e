/** `accounts.set_language`, `accounts.language`: the language that the holder of an account wants its mails in. */
import type { AccountId } from '../../hierarchy/index.js'
import { LANGUAGES, type Language } from '../../identity/index.js'
import { command, query } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import type { AccessContext } from '../access.js'

export type SetLanguage = { readonly account: AccountId; readonly language: Language }

export const setLanguage = command({
  name: 'accounts.set_language',
  scope: 'accounts:write',
  needs: (_context: AccessContext, { account }: SetLanguage) => [
    { ability: 'administer', target: { account } },
  ],
  decide(context, { account, language }) {
    const { hierarchy, identity } = context
    const { counts } = identity.accountAccess
    if (!LANGUAGES.includes(language))
      refuse('malformed', `expected one of ${LANGUAGES.join(', ')}`, { field: '/language' })
    const row = identity.accountAccess.countsFor(account)
    const before = counts.language.get(row)
    counts.language.set(row, language)
    context.emit({
      kind: 'account.language_set',
      subject: `acc_${account}`,
      paths: [hierarchy.pathOfAccount(hierarchy.accounts.row(account))],
      data: { account, before, after: language },
    })
    return { account }
  },
})

/** English where nobody said. */
export const languageOfAccount = query({
  name: 'accounts.language',
  scope: 'accounts:read',
  needs: (_context: AccessContext, { account }: { readonly account: AccountId }) => [
    { ability: 'read', target: { account } },
  ],
  read: ({ identity }, { account }): Language => identity.accountAccess.language(account) ?? 'en',
})
