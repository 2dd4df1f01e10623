// What a person sees where the hub says no; programs are answered in their own way.
import { type IncomingHttpHeaders, request } from 'node:http'
import { afterAll, expect, test } from 'vitest'
import { openHubRoom } from '../hub-room.ts'

const room = await openHubRoom()
afterAll(() => room[Symbol.asyncDispose]())

/** What Chromium sends where a person goes somewhere. */
const PERSON = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8' }

interface Answer {
  readonly status: number | undefined
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

interface Case {
  readonly path: string
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly status: number
  readonly says: string
  /** What a program is told. */
  readonly program: unknown
}

/** By hand: fetch names no other host. */
const go = (path: string, headers: Record<string, string>, method = 'GET') =>
  new Promise<Answer>((resolve, reject) => {
    const asked = request({ port: room.hub.httpPort, host: '127.0.0.1', path, method, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part
      })
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }))
    })
    asked.on('error', reject).end()
  })
const { host } = room.hub.publicUrl

const client = await room.register({ redirect_uris: ['https://dash.example/callback'] })
const evil = encodeURIComponent('https://evil.example/<b>')

test.for<Case>([
  { path: '/nope', status: 404, says: 'There is no such page', program: 'There is no such page\n' },
  { path: '/oauth/nope', status: 404, says: 'There is no such page', program: 'Not Found' },
  {
    path: '/oauth/authorize?client_id=nope',
    ...{ status: 400, says: 'Nobody here knows this program', program: 'invalid_client: client is invalid\n' },
  },
  {
    path: `/oauth/authorize?client_id=${client}&response_type=code&scope=openid&redirect_uri=${evil}`,
    ...{ status: 400, says: 'You were not sent on', program: expect.stringContaining('invalid_redirect_uri: ') },
  },
  {
    path: '/oauth/authorize/long-over',
    ...{
      status: 400,
      says: 'Please go back to it and begin again.',
      program: expect.stringContaining('invalid_request'),
    },
  },
  {
    path: '/oauth/end-session?id_token_hint=nope',
    ...{ status: 400, says: 'This request cannot be answered', program: expect.stringContaining('"invalid_request"') },
  },
  {
    path: '/pair',
    ...{ method: 'POST', headers: { origin: 'https://evil.example' }, status: 403 },
    ...{ says: 'Nothing was done.', program: 'This form was sent from another site\n' },
  },
  {
    path: '/pair',
    ...{ headers: { host: 'evil.example' }, status: 421 },
    ...{ says: `It is http://${host}, and answers to no other.`, program: `This is http://${host} and nothing else\n` },
  },
])('$path, $status: a person reads "$says"', async ({ path, method, headers, status, says, program }) => {
  const page = await go(path, { host, ...PERSON, ...headers }, method)
  expect([page.status, page.headers['content-type']?.toLowerCase()]).toEqual([status, 'text/html; charset=utf-8'])
  expect(page.text).toContain(says)
  expect(page.text).toContain('<link rel="stylesheet" href="/pages.css">')
  expect(page.text).not.toMatch(/<b>|<script|<form/)
  expect(page.headers['content-security-policy']).toContain("form-action 'self';")
  expect(page.headers['cache-control']).toBe('no-store')
  const plain = await go(path, { host, accept: '*/*', ...headers }, method)
  expect([plain.status, plain.text]).toEqual([status, program])
  expect(plain.headers['content-type']).toMatch(/^(text\/plain|application\/json)/)
})

test('the page for whoever comes by another name has its style', async () => {
  const { status, headers } = await go('/pages.css', { host: 'evil.example' })
  expect([status, headers['content-type']]).toEqual([200, 'text/css; charset=utf-8'])
})

test('a form that is too long is refused on a page', async () => {
  const body = new URLSearchParams({ name: 'x'.repeat(20_000), password: 'y' })
  const answer = await fetch(new URL('/sign-in', room.hub.publicUrl), { method: 'POST', body })
  expect([answer.status, (await answer.text()).includes('That was too long')]).toEqual([413, true])
})

test('a browser that is sent to sign in too often is told to wait', async () => {
  const statuses: unknown[] = []
  for (let n = 0; n < 301; n++) statuses.push((await go('/oauth/end-session', { host })).status)
  expect(statuses.at(-1)).toBe(429)
  const page = await go('/oauth/end-session', { host, ...PERSON })
  expect([page.status, page.text.includes('Please wait ten minutes')]).toEqual([429, true])
  expect(page.headers['retry-after']).toBe('600')
})
