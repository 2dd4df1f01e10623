// Programs are told of every end of a session, not only of the person's own (OpenID Connect Back-Channel Logout 1.0).
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { decodeJwt } from 'jose'
import { expect, test } from 'vitest'
import { createPerson, OWNER, type Person } from '../../../person.ts'
import { until } from '../../../until.ts'
import { authorizeUrl, openAttackRoom, redeem } from '../attacks/room.ts'
import { answerConsent, register } from '../flows/apps.ts'
import { letIn } from '../newcomer.ts'

const room = await openAttackRoom()
const { server, owner } = room

/** A program that is told, and what it heard: whom, and of which session. */
async function openProgram() {
  const heard: { readonly sub: string | undefined; readonly sid: unknown }[] = []
  const program = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      const { sub, sid } = decodeJwt(new URLSearchParams(body).get('logout_token') ?? '')
      heard.push({ sub, sid })
      response.end()
    })
  })
  await new Promise<void>((resolve) => program.listen(0, '127.0.0.1', resolve))
  const uri = `http://127.0.0.1:${(program.address() as AddressInfo).port}/`
  const app = await register(server, {
    ...{ backchannel_logout_uri: uri, backchannel_logout_session_required: true },
    grant_types: ['authorization_code', 'refresh_token'],
  })
  return {
    heard,
    /** Returns the program's grant, and what it calls the session. */
    async signIn(person: Person, scope = 'openid home:read') {
      const back = await answerConsent(person, authorizeUrl(server, app, { scope }), 'approved')
      const { body } = await redeem(server, app, back.searchParams.get('code') ?? '')
      return {
        sid: decodeJwt(String(body.id_token)).sid,
        grant: String(decodeJwt(String(body.access_token)).grant_id),
      }
    },
    async [Symbol.asyncDispose]() {
      program.closeAllConnections()
      await new Promise((resolve) => program.close(resolve))
    },
  }
}
const elsewhere = async (): Promise<Person> => {
  const person = createPerson(server.url)
  await person.post('/sign-in', OWNER)
  return person
}
const sids = (heard: readonly { readonly sid: unknown }[]) => new Set(heard.map(({ sid }) => sid))

test('who ends one session from elsewhere has its programs told, and no others', async () => {
  await using program = await openProgram()
  const other = await elsewhere()
  const [here, there] = [await program.signIn(owner), await program.signIn(other)]
  const [, id = ''] = /name="session" value="([^"]+)"/.exec((await owner.get('/account')).text) ?? []
  await owner.post('/account/sessions/end', { session: id })
  expect([server.isGrantAlive(here.grant), server.isGrantAlive(there.grant)]).toEqual([true, false])
  await until(() => program.heard.length > 0, 'the program to be told')
  expect(sids(program.heard)).toEqual(new Set([there.sid]))
})

test('who signs out everywhere has the programs of every browser told, once', async () => {
  await using program = await openProgram()
  const [one, two] = [await elsewhere(), await elsewhere()]
  const given = [await program.signIn(one), await program.signIn(two)]
  await one.post('/account/sign-out-everywhere', {})
  await until(() => program.heard.length >= 2, 'the program to be told twice')
  expect(program.heard).toHaveLength(2)
  expect(sids(program.heard)).toEqual(new Set(given.map(({ sid }) => sid)))
  expect(given.map(({ grant }) => server.isGrantAlive(grant))).toEqual([false, false])
  await owner.post('/sign-in', OWNER)
})

test('what was to be kept offline stays, and its program is told all the same', async () => {
  await using program = await openProgram()
  const other = await elsewhere()
  const { grant, sid } = await program.signIn(other, 'openid offline_access home:read')
  await other.post('/account/sign-out-everywhere', {})
  await until(() => program.heard.length > 0, 'the program to be told')
  expect([sids(program.heard), server.isGrantAlive(grant)]).toEqual([new Set([sid]), true])
  await owner.post('/sign-in', OWNER)
})

test('a new password, and being removed, tell the programs too', async () => {
  await using program = await openProgram()
  const kim = await letIn(server, 'Kim', 'member')
  const first = await program.signIn(kim)
  const thief = createPerson(server.url)
  await thief.post('/sign-in', { name: 'Kim', password: 'a long enough one' })
  const second = await program.signIn(thief)
  await kim.post('/account/password', { password: 'another long one' })
  await until(() => program.heard.length > 0, 'the program to be told')
  expect(sids(program.heard)).toEqual(new Set([second.sid]))
  server.authorization.people.remove(kim.id)
  await until(() => program.heard.length > 1, 'the program to be told once more')
  expect(program.heard[1]).toEqual({ sub: kim.id, sid: first.sid })
})
