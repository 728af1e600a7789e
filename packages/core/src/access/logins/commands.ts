/**
 * What a main account sets for the logins of its subaccounts (deribit section 3.2): the mail address, whether they may
 * sign in, whether they are told things; and that a subaccount goes, with its login.
 */
import { type AccountId, closeAccount } from '../../hierarchy/index.js'
import { EMAIL_CONFIRMED_WITHIN, type EmailConfirmationId, type UserId } from '../../identity/index.js'
import { after, command, NO_ROW, type Row } from '../../image/index.js'
import { refuse } from '../../refusals/index.js'
import type { AccessContext } from '../access.js'
import { recordAccessOfUser } from '../access-log.js'
import { unbind } from '../bind.js'
import { checkAnother, checkSealed, pathOfUser } from '../checks.js'
import { switchLogin } from '../login-switch.js'
import { revoke } from '../revoke.js'
import { endUser } from '../user-steps.js'
import { userView } from '../views.js'
import { loginForSure, loginOf, loginThere, openSubaccount } from './login.js'

type OfSubaccount = { readonly account: AccountId }

const needs = (_context: AccessContext, { account }: OfSubaccount) => [
  { ability: 'administer' as const, target: { account } },
]

export type SetSubaccountEmail = OfSubaccount & {
  readonly sealedEmail: string
  /** SHA-256 of the secret in the link. */
  readonly secretHash: string
  /** The mail with the link: the host writes it and seals its text. */
  readonly subject: string
  readonly sealedText: string
}

/** The old address stays until the link in the mail is followed. */
export const setSubaccountEmail = command({
  name: 'subaccounts.set_email',
  scope: 'accounts:write',
  needs,
  decide(
    context: AccessContext,
    { account, sealedEmail, secretHash, subject, sealedText }: SetSubaccountEmail,
  ) {
    const { identity, image, now } = context
    checkSealed(sealedEmail, '/email')
    const row = loginForSure(context, openSubaccount(context, account))
    const user = identity.users.id(row)
    const party = identity.users.party.get(row)
    identity.emailConfirmations.forget(user)
    identity.emailConfirmations.table.insert(image.newId<EmailConfirmationId>(), {
      user,
      sealedEmail,
      secretHash,
      expiresAt: after(now, EMAIL_CONFIRMED_WITHIN),
      createdAt: now,
    })
    context.effect('mail', sealedEmail, { party, subject, sealedText }, party)
    context.emit({
      kind: 'user.email_asked',
      subject: `usr_${user}`,
      paths: pathOfUser(context, row),
      data: { account, email: 'changed' },
    })
    return { account, user }
  },
})

export type SetSubaccountLogin = OfSubaccount & { readonly isEnabled: boolean }

export const setSubaccountLogin = command({
  name: 'subaccounts.set_login',
  scope: 'accounts:write',
  needs,
  decide: (context: AccessContext, { account, isEnabled }: SetSubaccountLogin) =>
    changed(context, account, (row) => switchLogin(context, row, isEnabled)),
})

export type SetSubaccountNotified = OfSubaccount & { readonly isNotified: boolean }

export const setSubaccountNotified = command({
  name: 'subaccounts.set_notified',
  scope: 'accounts:write',
  needs,
  decide: (context: AccessContext, { account, isNotified }: SetSubaccountNotified) =>
    changed(context, account, (row) => context.identity.users.isNotified.set(row, isNotified)),
})

/** The address stays as it is; the link in the mail leads nowhere from now on. */
export const withdrawSubaccountEmail = command({
  name: 'subaccounts.withdraw_email',
  scope: 'accounts:write',
  needs,
  decide(context: AccessContext, { account }: OfSubaccount) {
    const { users, emailConfirmations } = context.identity
    const row = loginThere(context, openSubaccount(context, account))
    const user = users.id(row)
    if (emailConfirmations.find(user) === NO_ROW)
      refuse('transition_invalid', 'no address of the login waits to be confirmed')
    emailConfirmations.forget(user)
    context.emit({
      kind: 'user.email_withdrawn',
      subject: `usr_${user}`,
      paths: pathOfUser(context, row),
      data: { account },
    })
    return { account, user }
  },
})

/**
 * A subaccount without a login is what it was before one was wanted: the user is closed with its keys, unless it was bound
 * to something else besides, which it then keeps.
 */
export const removeLogin = command({
  name: 'logins.remove',
  scope: 'accounts:write',
  needs,
  decide(context: AccessContext, { account }: OfSubaccount) {
    const { identity, access } = context
    const row = loginThere(context, openSubaccount(context, account))
    const user = identity.users.id(row)
    checkAnother(context, user)
    if (isOfNothingElse(context, row, account)) endUser(context, row)
    else
      for (const binding of [...access.reach.joining(user, 'account', account)])
        unbind(context, binding, 'binding.removed')
    return { account, user }
  },
})

/** For good: only with no position, no open order and a balance of zero in every currency, as any account is closed. */
export const removeSubaccount = command({
  name: 'subaccounts.remove',
  scope: 'accounts:write',
  needs,
  decide(context: AccessContext, { account }: OfSubaccount) {
    const row = openSubaccount(context, account)
    closeAccount.decide(context, { account, version: null })
    revokeKeys(context, account)
    const login = loginOf(context, row)
    if (login !== NO_ROW && isOfNothingElse(context, login, account)) endUser(context, login)
    return { account }
  },
})

/** Whoever made them: they speak for an account that is no more. */
function revokeKeys(context: AccessContext, account: AccountId): void {
  const { accountAccess, credentials } = context.identity
  for (const key of accountAccess.keysOf.of(account))
    revoke(context, credentials.row(accountAccess.keys.credential.get(key)))
}

/** A login that somebody has bound to more than the one account stays for the rest. */
function isOfNothingElse({ access, identity }: AccessContext, login: Row, account: AccountId): boolean {
  const { bindings, bindingsOf } = access.reach
  return bindingsOf.of(identity.users.id(login)).every((row) => bindings.target.get(row) === account)
}

export type ConfirmEmail = {
  readonly secretHash: string
  /** Of the password that was chosen with it; null: none was. */
  readonly passwordHash: string | null
}

/** Only the server gives this command, when the link of a mail was followed. */
export const confirmEmail = command({
  name: 'emails.confirm',
  scope: 'system',
  needs: () => [],
  decide(context: AccessContext, { secretHash, passwordHash }: ConfirmEmail) {
    const { emailConfirmations, users } = context.identity
    const row = emailConfirmations.bySecretHash.find(secretHash)
    if (row === NO_ROW)
      return refuse('not_visible', 'the link was used, has expired, or was replaced by a newer one')
    checkSealed(passwordHash, '/password')
    const user = emailConfirmations.table.user.get(row) as UserId
    const userRow = users.row(user)
    if (users.status.get(userRow) === 'closed') refuse('transition_invalid', 'the user is closed')
    users.sealedEmail.set(userRow, emailConfirmations.table.sealedEmail.get(row))
    if (passwordHash !== null) users.passwordHash.set(userRow, passwordHash)
    users.version.set(userRow, users.version.get(userRow) + 1)
    emailConfirmations.table.remove(row)
    context.emit({
      kind: 'user.email_confirmed',
      subject: `usr_${user}`,
      paths: pathOfUser(context, userRow),
      data: { email: 'changed', ...(passwordHash === null ? {} : { password: 'changed' }) },
    })
    recordAccessOfUser(context, user, 'changed_email')
    if (passwordHash !== null) recordAccessOfUser(context, user, 'changed_password')
    return { user }
  },
})

function changed(context: AccessContext, account: AccountId, change: (user: Row) => void) {
  const { users } = context.identity
  const row = loginForSure(context, openSubaccount(context, account))
  const before = userView(context, row)
  change(row)
  users.version.set(row, users.version.get(row) + 1)
  context.emit({
    kind: 'user.updated',
    subject: `usr_${users.id(row)}`,
    paths: pathOfUser(context, row),
    data: { before, after: userView(context, row) },
  })
  return { account, user: users.id(row) }
}
