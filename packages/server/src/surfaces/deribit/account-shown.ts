/** What is of an account and not of a currency (section 3.3), its login and its second factors among it. */
import { type AccountId, type AccountView, type LoginView, type Product, toMilliseconds } from '@stemma/core'
import type { Call, PrivateCall } from './call.js'
import { answered } from './errors.js'
import { SYSTEM } from './instruments.js'
import { selfTradingShown } from './self-trading.js'

export async function accountView({ host }: Pick<Call, 'host'>, account: AccountId): Promise<AccountView> {
  return answered(await host.read<AccountView>('accounts.get', SYSTEM, { account }))
}

export async function accountFields(
  call: PrivateCall,
  view: AccountView,
): Promise<Readonly<Record<string, unknown>>> {
  const { main } = call.caller
  const login = await loginView(call, view.id)
  return {
    id: view.id,
    type: view.id === main ? 'main' : 'subaccount',
    username: view.displayName,
    system_name: view.name,
    email: await emailOf(call, view.id, login),
    ...(await unconfirmedEmail(call, login)),
    creation_timestamp: toMilliseconds(view.createdAt as never),
    referrer_id: null,
    is_password: login.hasPassword,
    login_enabled: login.isLoginEnabled,
    security_keys_enabled: login.factorAssignments.length > 0,
    security_keys_assignments: login.factorAssignments,
    mmp_enabled: await isProtected(call, view.id),
    interuser_transfers_enabled: await takesTransfers(call, view.id),
    receive_notifications: login.isNotified,
    ...selfTradingShown(view),
    ...productsShown(view),
  }
}

/** Whether it has set market-maker protection up, which anybody may. */
async function isProtected({ host }: PrivateCall, account: AccountId): Promise<boolean> {
  const { items } = answered(
    await host.read<{ readonly items: readonly unknown[] }>('protections.list', SYSTEM, { account }),
  )
  return items.length > 0
}

/** Whether other owners may send to it. */
async function takesTransfers({ host }: PrivateCall, account: AccountId): Promise<boolean> {
  const { items } = answered(
    await host.read<{ readonly items: readonly { readonly value: unknown }[] }>(
      'settings.effective',
      SYSTEM,
      {
        node: account,
        name: 'transfers.accept_from_others',
        at: null,
      },
    ),
  )
  return items[0]?.value === true
}

/** A key sees its own user's on its own account: those are the factors that it is asked for. */
async function loginView({ host, caller }: PrivateCall, account: AccountId): Promise<LoginView> {
  const user = account === caller.own ? caller.authenticated.user : null
  return answered(await host.read<LoginView>('logins.of_account', SYSTEM, { account, user }))
}

/** A subaccount without an address of its own shows the main account's. */
async function emailOf(call: PrivateCall, account: AccountId, login: LoginView): Promise<string> {
  const { main } = call.caller
  const shown = login.sealedEmail === null && account !== main ? await loginView(call, main) : login
  return (await opened(call, shown, shown.sealedEmail)) ?? ''
}

async function unconfirmedEmail(call: PrivateCall, login: LoginView) {
  const email = await opened(call, login, login.sealedUnconfirmedEmail)
  return email === null ? {} : { not_confirmed_email: email }
}

const opened = async ({ services }: PrivateCall, { party }: LoginView, sealed: string | null) =>
  sealed === null ? null : services.sealing.open(party, sealed)

/** The venue's words for products. */
export const PRODUCT_WORDS = {
  perpetual: 'perpetual',
  futures: 'future',
  options: 'option',
  future_combos: 'future_combo',
  option_combos: 'option_combo',
  spots: 'currency_pair',
} as const satisfies Readonly<Record<string, Product>>

export function productsShown({ attributes }: AccountView) {
  const { barredProducts } = attributes
  const barred: readonly unknown[] = Array.isArray(barredProducts) ? barredProducts : []
  const products = Object.entries(PRODUCT_WORDS).map(([word, product]) => ({
    product: word,
    enabled: !barred.includes(product),
    overwriteable: true,
    requires_consent: false,
  }))
  return {
    disabled_trading_products: products.filter(({ enabled }) => !enabled).map(({ product }) => product),
    trading_products_details: products,
  }
}
