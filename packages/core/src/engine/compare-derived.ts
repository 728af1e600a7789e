/** Whether each derived table of an image is what another image, rebuilt from the same primary rows, has derived. */
import { canonicalText, type Derived, type Hasher, type Image } from '../image/index.js'
import { type Check, checkOf } from '../rollup/index.js'

export function compareDerived(image: Image, rebuilt: Image, hasher: () => Hasher): Check[] {
  const others = rebuilt.derivations()
  return image.derivations().map((derived, place) => {
    const other = others[place]
    const isSame = other !== undefined && hashOf(derived, hasher()) === hashOf(other, hasher())
    return checkOf(
      `${derived.name} as rebuilt`,
      isSame ? null : 'the derived rows differ from the rebuilt ones',
    )
  })
}

function hashOf(derived: Derived, hasher: Hasher): string {
  for (const line of derived.canonical()) hasher.update(`${canonicalText(line)}\n`)
  return hasher.digest()
}
