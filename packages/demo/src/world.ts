/** The demo world: every part of the product shown once, made of commands only. It grows with the features. */
import type { DemoCredentials } from './credentials.js'
import { type Acme, createAcme } from './parts/acme.js'
import { type Borealis, createBorealis } from './parts/borealis.js'
import { createDerivatives, type Derivatives } from './parts/derivatives.js'
import { createKestrel, type Kestrel } from './parts/kestrel.js'
import { createLiberty, type Liberty } from './parts/liberty.js'
import { createMarkets, INSTRUMENT, type Markets } from './parts/markets.js'
import { createNordlys, type Nordlys } from './parts/nordlys.js'
import { createOperator, type Operator } from './parts/operator.js'
import { createWaiting, type Waiting } from './parts/waiting.js'
import { createWallet } from './parts/wallet.js'
import type { DemoPort } from './port.js'

export interface DemoWorld {
  readonly operator: Operator
  readonly acme: Acme
  readonly borealis: Borealis
  readonly nordlys: Nordlys
  readonly kestrel: Kestrel
  readonly liberty: Liberty
  readonly waiting: Waiting
  readonly markets: Markets
  readonly derivatives: Derivatives
  readonly credentials: DemoCredentials
}

/** Builds the world on an empty book. Throws when a command is refused: the demo world has no refusals. */
export async function createDemoWorld(port: DemoPort): Promise<DemoWorld> {
  const operator = await createOperator(port)
  const { builder, party } = operator
  const acme = await createAcme(builder, party)
  const borealis = await createBorealis(builder, party)
  const nordlys = await createNordlys(builder, party)
  const kestrel = await createKestrel(builder, party)
  const liberty = await createLiberty(builder, party)
  const waiting = await createWaiting(builder, { borealis, nordlys, kestrel, liberty })
  const markets = await createMarkets(builder, { acme, borealis, liberty })
  const derivatives = await createDerivatives(builder, party, kestrel)
  await createWallet(builder, kestrel, derivatives.maker)
  const credentials = {
    native: { ...operator.keys, firmAdministrator: acme.firmAdministrator },
    clients: [...acme.clients, ...borealis.clients, ...markets.clients],
    deribit: kestrel.clients,
    instrument: INSTRUMENT,
  }
  return { operator, acme, borealis, nordlys, kestrel, liberty, waiting, markets, derivatives, credentials }
}
