/** The law of taking away, for keys of accounts and their tokens: whatever is taken, nobody may do more than before. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Engine } from '../../engine.js'
import type { AccountId } from '../../hierarchy/index.js'
import type { CredentialId, TokenId } from '../../identity/index.js'
import { copyPrimary, type Plain } from '../../image/index.js'
import { type Desk, newAccountKey, openDesk, pairFor } from '../../testing/account-keys.js'
import { derivedHashOf, hashOf } from '../../testing/hash.js'
import { actorOf, type CredentialActor } from '../../testing/people.js'
import { run, START } from '../../testing/world.js'

const SCOPES = ['accounts:read', 'credentials:write', 'orders:read', 'orders:write'] as const
const TAKING = ['disable', 'reset', 'remove', 'narrow', 'end'] as const
const GIVING = ['create', 'enable', 'issue', 'issue', 'session'] as const

const step = fc.record({
  kind: fc.constantFrom(...TAKING, ...GIVING),
  place: fc.nat(9),
  isOfMain: fc.boolean(),
  scopes: fc.subarray([...SCOPES]),
})
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

const isTaking = (kind: string): boolean => (TAKING as readonly string[]).includes(kind)

/** Every credential and token that there ever was: none of them may come back to more. */
class Known {
  readonly actors: CredentialActor[]

  constructor(readonly desk: Desk) {
    this.actors = [actorOf(desk.ownerKey), actorOf(desk.loginKey)]
  }

  /** What each may do with each account by each scope, as words. */
  allowed(): Set<string> {
    const { engine, main, first, second } = this.desk
    const words = new Set<string>()
    for (const actor of this.actors)
      for (const account of [main, first, second])
        for (const scope of SCOPES)
          if (engine.rooms.access.permits(actor, scope, [{ ability: 'read', target: { account } }], START))
            words.add(`${actor.credential} ${actor.token} ${account} ${scope}`)
    return words
  }

  do({ kind, place, isOfMain, scopes }: Step): void {
    const { engine, main, first, ownerKey } = this.desk
    const account: AccountId = isOfMain ? main : first
    const { accountAccess } = engine.rooms.identity
    const keys = accountAccess.keysOf.of(account)
    const key = keys[place % Math.max(1, keys.length)]
    const number = key === undefined ? 0 : accountAccess.keys.number.get(key)
    const credential = key === undefined ? ownerKey : accountAccess.keys.credential.get(key)
    const act = (command: string, input: Plain) => run(engine, command, input, { actor: actorOf(ownerKey) })
    const update = (more: Readonly<Record<string, Plain>>) =>
      act('account_keys.update', { account, number, address: null, ...more })
    // The key that everything is done with stays as it is.
    if (credential === ownerKey && isTaking(kind) && kind !== 'end') return
    switch (kind) {
      case 'create':
        act('account_keys.create', newAccountKey(account, `key-${engine.image.head.sequence}`, { scopes }))
        for (const row of accountAccess.keysOf.of(account))
          this.know(actorOf(accountAccess.keys.credential.get(row)))
        return
      case 'disable':
      case 'enable':
        update({ isEnabled: kind === 'enable' })
        return
      case 'narrow':
        update({
          scopes: (
            engine.rooms.identity.credentials.scopes.get(engine.rooms.identity.credentials.row(credential)) ??
            scopes
          ).filter((scope) => scopes.includes(scope as never)),
        })
        return
      case 'reset':
        act('account_keys.reset', { account, number, address: null, secretHash: 'x', sealedSecret: 'y' })
        return
      case 'remove':
        act('account_keys.remove', { account, number, address: null })
        return
      case 'end':
        run(engine, 'tokens.end_session', { token: this.actors[place % this.actors.length]?.token ?? 0 })
        return
      case 'issue':
      case 'session':
        this.issue(credential, kind === 'session' ? `s${place}` : null, scopes)
    }
  }

  private issue(credential: CredentialId, session: string | null, scopes: readonly string[]): void {
    const outcome = run(this.desk.engine, 'tokens.issue_pair', pairFor(credential, { session, scopes }))
    if (outcome.kind !== 'done') return
    const { access, refresh } = outcome.result as { readonly access: TokenId; readonly refresh: TokenId }
    for (const token of [access, refresh]) this.know(actorOf(credential, { token }))
  }

  private know(actor: CredentialActor): void {
    const isKnown = ({ credential, token }: CredentialActor): boolean =>
      credential === actor.credential && token === actor.token
    if (!this.actors.some(isKnown)) this.actors.push(actor)
  }
}

test('whatever is taken away, nobody may do more, and what is derived follows', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const known = new Known(openDesk())
      for (const each of steps) {
        const before = known.allowed()
        known.do(each)
        if (!isTaking(each.kind)) continue
        for (const word of known.allowed()) expect(before).toContain(word)
      }
      const copy = new Engine()
      copyPrimary(known.desk.engine.image, copy.image)
      expect(derivedHashOf(copy.image)).toBe(derivedHashOf(known.desk.engine.image))
      expect(hashOf(copy.image)).toBe(hashOf(known.desk.engine.image))
    }),
    { numRuns: 40 },
  )
})
