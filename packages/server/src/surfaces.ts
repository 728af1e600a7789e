/** Every surface that the server serves, in the order in which they are plugged in. */
import type { SurfaceModule } from './services.js'
import { deribit } from './surfaces/deribit/index.js'
import { nativeSurface } from './surfaces/native/index.js'
import { polymarketUs } from './surfaces/polymarket-us/index.js'

export const SURFACES: readonly SurfaceModule[] = [nativeSurface, polymarketUs, deribit]
