/** The front page: what runs here, and where everything is. One file, no script, no request to anywhere. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #17211c; --soft: #55635b; --line: #d9e0db; --page: #fbfcfa; --card: #fff; --mark: #176b43 }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8efea; --soft: #a3b3aa; --line: #2b3630; --page: #101613; --card: #171f1b; --mark: #6fd3a0 }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--page); color: var(--ink); font: 1rem/1.6 system-ui, sans-serif }
main { max-width: 62rem; margin: 0 auto; padding: 4rem 1.5rem 5rem }
h1 { font-size: 2.6rem; line-height: 1.15; letter-spacing: -.02em; margin: 0 0 .5rem }
h2 { font-size: 1.05rem; margin: 0 0 .25rem }
p { margin: 0 0 1rem; color: var(--soft); max-width: 44rem }
svg { display: block; margin-bottom: 1.5rem; color: var(--mark) }
ul { list-style: none; margin: 2rem 0 0; padding: 0; display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)) }
li { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1.1rem 1.25rem }
li p { font-size: .92rem; margin: 0 0 .6rem }
a { color: var(--mark) }
a:focus-visible { outline: 3px solid var(--mark); outline-offset: 3px; border-radius: 2px }
code, .address { font-family: ui-monospace, monospace; font-size: .88rem }
.version { display: inline-block; border: 1px solid var(--line); border-radius: 99rem; padding: .05rem .7rem; font-size: .85rem; color: var(--soft) }
.wide { overflow-x: auto }
table { border-collapse: collapse; width: 100%; font-size: .92rem }
th, td { text-align: left; padding: .45rem .75rem .45rem 0; border-bottom: 1px solid var(--line); vertical-align: top; font-weight: normal }
thead th { color: var(--soft) }
:target { background: color-mix(in srgb, var(--mark) 18%, transparent) }
`

const MARK = `<svg width="56" height="56" viewBox="0 0 56 56" fill="none" stroke="currentColor" stroke-width="3" stroke-linecap="round" aria-hidden="true">
<circle cx="28" cy="10" r="6"/><circle cx="12" cy="44" r="6"/><circle cx="44" cy="44" r="6"/><path d="M28 16v10M12 38v-6a6 6 0 0 1 6-6h20a6 6 0 0 1 6 6v6"/></svg>`

export const shell = (title: string, main: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · Stemma</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<main>
${main}
</main>
</body>
</html>
`

interface Place {
  readonly title: string
  readonly text: string
  readonly address: string
  readonly isLink: boolean
}

const PLACES: readonly Place[] = [
  {
    title: 'API page',
    text: 'Every operation, to read and to try with your own key.',
    address: '/docs',
    isLink: true,
  },
  {
    title: 'Native API',
    text: 'REST and JSON; send your key as a bearer token.',
    address: '/stemma/v1',
    isLink: false,
  },
  {
    title: 'OpenAPI',
    text: 'The machine’s description of the native API, version 3.1.',
    address: '/openapi.json',
    isLink: true,
  },
  {
    title: 'Events',
    text: 'As they become durable, resumable: server-sent events, or a WebSocket at /stemma/v1/ws.',
    address: '/stemma/v1/events/stream',
    isLink: false,
  },
  {
    title: 'Refusals',
    text: 'Every reason for which the answer is no.',
    address: '/docs/refusals',
    isLink: true,
  },
  {
    title: 'Polymarket US',
    text: 'The institutional REST API: identity, orders, positions, reports, funding; gRPC has a port of its own.',
    address: '/v1',
    isLink: false,
  },
  {
    title: 'Deribit',
    text: 'JSON-RPC 2.0 over HTTP, and over a WebSocket at /ws/api/v2: market data, orders, positions, subaccounts, transfers.',
    address: '/api/v2',
    isLink: false,
  },
  {
    title: 'Access tokens',
    text: 'OAuth 2.0 with a signed client assertion, for the Polymarket US surface.',
    address: '/oauth/token',
    isLink: false,
  },
  {
    title: 'Health',
    text: 'Live and ready, for whoever watches the process. The other one is /health/live.',
    address: '/health/ready',
    isLink: true,
  },
  { title: 'Metrics', text: 'Prometheus text.', address: '/metrics', isLink: true },
  {
    title: 'Data',
    text: 'The book, its tables and, with the demo world, demo.json with every credential.',
    address: 'STEMMA_DATA',
    isLink: false,
  },
]

const card = ({ title, text, address, isLink }: Place): string =>
  `<li><h2>${title}</h2><p>${text}</p>${isLink ? `<a class="address" href="${address}">${address}</a>` : `<span class="address">${address}</span>`}</li>`

export const homePage = (version: string): string =>
  shell(
    'System of record for trading accounts',
    `${MARK}
<h1>Stemma</h1>
<p>The system of record for trading accounts runs here: who owns what, who may act, what each account holds and may do, and everything that ever happened to it.</p>
<span class="version">version ${version}</span>
<ul>
${PLACES.map(card).join('\n')}
</ul>`,
  )
