/** What is served beside the operations, in OpenAPI: batches and streams. The socket has its own page (docs/coding). */
import { BASE_PATH, OPERATIONS } from './registry.js'
import { STREAM_DEPTH_MAX, STREAM_INSTRUMENTS_MAX } from './resources/market.js'

type Plain = Readonly<Record<string, unknown>>

export function transports(): Plain {
  return {
    [`${BASE_PATH}/batch`]: {
      post: {
        operationId: 'batch',
        summary: 'Run up to 500 commands, each alone or all or nothing',
        tags: ['batch'],
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: {
                type: 'object',
                required: ['commands'],
                additionalProperties: false,
                properties: {
                  mode: { type: 'string', enum: ['each', 'all_or_nothing'], default: 'each' },
                  commands: {
                    type: 'array',
                    minItems: 1,
                    maxItems: 500,
                    items: {
                      type: 'object',
                      required: ['operation', 'input'],
                      additionalProperties: false,
                      properties: {
                        operation: {
                          type: 'string',
                          enum: OPERATIONS.filter((each) => each.isWrite).map((each) => each.name),
                        },
                        input: { type: 'object', additionalProperties: true },
                        idempotency_key: { type: 'string', minLength: 1, maxLength: 255 },
                        if_match: { type: 'integer', minimum: 1 },
                      },
                    },
                  },
                },
              },
            },
          },
        },
        responses: {
          200: {
            description: 'A result per command, in order',
            content: { 'application/json': { schema: BATCH_ANSWER } },
          },
          '4XX': {
            description: 'The batch itself was refused',
            content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
          },
        },
      },
    },
    ...streams(),
  }
}

const parameter = (name: string, description: string, isRequired = false): Plain => ({
  name,
  in: name === 'Last-Event-ID' ? 'header' : 'query',
  ...(isRequired ? { required: true } : {}),
  schema: { type: 'string', description },
})
const UNDER = parameter('under', 'A party: it and everything beneath it', true)
const RESUME = [
  parameter('after', 'sequence.index of the last that was seen'),
  parameter('Last-Event-ID', 'The same'),
]

/** Server-sent events; the socket has the same streams by name. */
function streams(): Plain {
  const kinds = parameter('kinds', 'Kinds, or first parts such as `transfer.`, comma between')
  const instruments = parameter(
    'instruments',
    `Ids or symbols, comma between, at most ${STREAM_INSTRUMENTS_MAX}; or \`all\` alone`,
    true,
  )
  const depth = parameter(
    'depth',
    `Levels a side, at most ${STREAM_DEPTH_MAX}; 10 unless said. 1 takes the scope \`marketdata:read\` only`,
  )
  return Object.fromEntries([
    stream('/events/stream', {
      operationId: 'events.stream',
      summary: 'Events as they become durable (SSE); resume with Last-Event-ID',
      tags: ['events'],
      'x-scope': 'events:read',
      parameters: [UNDER, kinds, ...RESUME],
    }),
    stream('/drop-copy/stream', {
      operationId: 'drop_copy.stream',
      summary: 'Execution reports of a subtree as they become durable (SSE); resume with Last-Event-ID',
      description: 'Each as `drop_copy.list` shows it. Needs no more than the level `reports_only`.',
      tags: ['drop_copy'],
      'x-scope': 'dropcopy:read',
      parameters: [UNDER, ...RESUME],
    }),
    stream('/market-data/stream', {
      operationId: 'market_data.stream',
      summary: 'Book, statistics and state of instruments: a snapshot of each, then every change (SSE)',
      description:
        'Changes of one durable batch are told as one, whole; only what is durable is shown. A reader that comes back is given a new snapshot.',
      tags: ['market_data'],
      'x-scope': 'l2marketdata:read',
      parameters: [instruments, depth],
    }),
    stream('/announcements/stream', {
      operationId: 'announcements.stream',
      summary: 'Announcements as they are published and withdrawn (SSE)',
      description:
        'From now on: what stands already is told by `announcements.list`. Needs no scope, as that does.',
      tags: ['announcements'],
      parameters: [],
    }),
  ])
}

const stream = (path: string, described: Plain) => [
  `${BASE_PATH}${path}`,
  {
    get: {
      ...described,
      responses: {
        200: { description: 'A stream', content: { 'text/event-stream': { schema: { type: 'string' } } } },
        '4XX': {
          description: 'Refused',
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
    },
  },
]

const BATCH_ANSWER = {
  type: 'object',
  required: ['results'],
  properties: {
    results: {
      type: 'array',
      items: {
        type: 'object',
        required: ['status'],
        properties: {
          status: { type: 'integer' },
          replayed: { type: 'boolean' },
          result: { type: 'object', additionalProperties: true },
          problem: { $ref: '#/components/schemas/Problem' },
        },
      },
    },
  },
}
