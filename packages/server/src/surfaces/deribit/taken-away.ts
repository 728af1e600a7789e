/** Tells of credentials that were disabled, revoked or given another secret: what they proved ends at once. */
import { type CredentialId, type Event, parseId } from '@stemma/core'
import type { Services, Subscription } from '../../services.js'

const KINDS = ['credential.disabled', 'credential.revoked', 'credential.secret_reset']

export class TakenAway {
  private following: Subscription | 'begun' | null = null

  constructor(
    private readonly services: Services,
    private readonly tell: (credential: CredentialId) => void,
  ) {}

  /** Begins with the first socket, and again where it was ended. */
  async follow(): Promise<void> {
    if (this.following !== null) return
    this.following = 'begun'
    const filter = { under: null, kinds: KINDS }
    const answer = await this.services.host.subscribe({ kind: 'system' }, filter, null, (event) => {
      this.told(event)
      return true
    })
    this.following = answer.kind === 'answer' ? answer.result : null
    if (answer.kind === 'answer')
      void answer.result.closed.then(() => {
        this.following = null
      })
  }

  close(): void {
    if (this.following !== 'begun') this.following?.close()
  }

  private told({ subject }: Event): void {
    const credential = parseId<'credential'>('key', subject)
    if (credential !== undefined) this.tell(credential)
  }
}
