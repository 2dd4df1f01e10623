// `/api/openapi.json`: what the API of this hub has, from its own routes.
import type { Hono } from 'hono'
import { openAPIRouteHandler } from 'hono-openapi'
import type { Asked } from './bearer.ts'

export const openApi = (api: Hono<Asked>, publicUrl: URL) =>
  openAPIRouteHandler(api, {
    documentation: {
      info: { title: 'Latchkey', version: '1', description: 'The household hub. State and control go over MQTT.' },
      servers: [{ url: new URL('/api', publicUrl).href }],
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', description: 'An access token or an app password' },
        },
      },
      security: [{ bearer: [] }],
    },
  })
