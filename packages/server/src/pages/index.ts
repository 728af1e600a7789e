/** What people see in a browser: the front page, the interactive API page, and the API's own description. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { openApi } from '@stemma/contract'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { VERSION } from '../ops/version.js'
import type { Services } from '../services.js'
import { docsPage, docsScript } from './docs-page.js'
import { registerEmailPage } from './email-page.js'
import { homePage, STYLE } from './home-page.js'
import { refusalsPage } from './refusals-page.js'

const YEAR_SECONDS = 31_536_000
const assets = join(
  dirname(createRequire(import.meta.url).resolve('@fastify/swagger-ui/package.json')),
  'static',
)

/** The only files of the page's library that are served. */
const ASSETS: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
}

const hashOf = (content: string): string =>
  `'sha256-${createHash('sha256').update(content).digest('base64')}'`

/** Nothing from outside, nothing in line but what is named by its hash. */
const STRICT = [
  "default-src 'none'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
]
/** Of a page with a form that goes back to us. */
const FORM_POLICY = [
  ...STRICT.map((rule) => (rule.startsWith('form-action') ? "form-action 'self'" : rule)),
  `style-src ${hashOf(STYLE)}`,
].join('; ')
const HOME_POLICY = [...STRICT, `style-src ${hashOf(STYLE)}`].join('; ')
// The library sets styles on elements as it draws, which a policy can only allow as a whole.
const DOCS_POLICY = [...STRICT, "script-src 'self'", "style-src 'self' 'unsafe-inline'"].join('; ')

/** Made by the first start of a process, so that nobody waits for it who asks, and once, since it is always the same. */
let description: string | null = null
const describeApi = (): string => {
  description ??= JSON.stringify(openApi(VERSION))
  return description
}

export const pagesModule = {
  async register(app: FastifyInstance, services: Pick<Services, 'host'>): Promise<void> {
    const described = describeApi()
    const page = (reply: FastifyReply, policy: string, body: string) =>
      reply
        .type('text/html; charset=utf-8')
        .header('content-security-policy', policy)
        .header('x-content-type-options', 'nosniff')
        .header('referrer-policy', 'no-referrer')
        .header('cache-control', 'no-cache')
        .send(body)
    await registerEmailPage(app, services, (reply, status, body) =>
      page(reply.code(status).header('cache-control', 'no-store'), FORM_POLICY, body),
    )
    app.get('/', (_request, reply) => page(reply, HOME_POLICY, homePage(VERSION)))
    app.get('/docs', (_request, reply) => page(reply, DOCS_POLICY, docsPage()))
    app.get('/docs/refusals', (_request, reply) => page(reply, HOME_POLICY, refusalsPage()))
    app.get('/docs/docs.js', (_request, reply) =>
      reply.type('text/javascript; charset=utf-8').send(docsScript()),
    )
    for (const [file, type] of Object.entries(ASSETS)) {
      const content = readFileSync(join(assets, file))
      app.get(`/docs/assets/${file}`, (_request, reply) =>
        reply.type(type).header('cache-control', `public, max-age=${YEAR_SECONDS}`).send(content),
      )
    }
    app.get('/openapi.json', (_request, reply) =>
      reply.type('application/json; charset=utf-8').send(described),
    )
  },
}
