/** Where the `type` of a problem leads: every refusal, what it means, and whether trying again can help. */
import { REFUSALS } from '@stemma/core'
import { shell } from './home-page.js'

export function refusalsPage(): string {
  const rows = Object.entries(REFUSALS).map(
    ([code, { status, title, retryable, family }]) =>
      `<tr id="${code}"><th scope="row"><code>${code}</code></th><td>${status}</td><td>${title}</td><td>${family}</td><td>${retryable ? 'yes' : 'no'}</td></tr>`,
  )
  return shell(
    'Refusals',
    `<h1>Refusals</h1>
<p>A refusal changes nothing. The same codes are used on every surface, in each surface’s own words.</p>
<div class="wide" tabindex="0" role="region" aria-label="Table of refusals"><table>
<thead><tr><th scope="col">Code</th><th scope="col">Status</th><th scope="col">Meaning</th><th scope="col">Family</th><th scope="col">Worth retrying</th></tr></thead>
<tbody>${rows.join('\n')}
<tr id="internal"><th scope="row"><code>internal</code></th><td>500</td><td>Something went wrong on our side; the log has everything under the request’s number</td><td>service</td><td>no</td></tr>
</tbody></table></div>`,
  )
}
