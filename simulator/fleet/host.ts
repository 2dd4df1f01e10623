// The person who lets the fleet in, through the pages a browser would show: makes a new home their own, or signs in to one; compares each
// device and says yes; puts them all out again.
import type { DeviceId } from '#contract/ids.ts'
import { createPerson, type Person } from '../visitor/person.ts'
import type { Tokens } from './client.ts'
import type { Account } from './settings.ts'
import { signIn } from './sign-in.ts'
import { Trouble } from './trouble.ts'

export interface Host {
  /** Says yes to the device that shows this code. Rejects with a `Trouble` where the page does not take it. */
  approve(userCode: string, device: DeviceId): Promise<void>
  /** An access token to watch and to manage the home with. */
  signIn(): Promise<Pick<Tokens, 'accessToken' | 'lifetime'>>
  /** Puts a device out for good. */
  putOut(device: DeviceId, accessToken: string): Promise<void>
}

/** Makes the owner's account of a new hub. */
export async function makeOwner(issuer: URL, link: URL, account: Account): Promise<Host> {
  const person = createPerson(issuer)
  const { status } = await person.post('/setup', { ...account, key: link.hash.slice(1) })
  if (status !== 200) throw new Error(`Cannot make the owner's account as the hub must take it: got ${status}`)
  return createHost(issuer, person)
}

/** Signs in to somebody's hub. */
export async function signInAs(issuer: URL, account: Account): Promise<Host> {
  const person = createPerson(issuer)
  const { status } = await person.post('/sign-in', { ...account, return_to: '/pair' })
  if (status !== 200) {
    const because = status === 401 ? 'LATCHKEY_OWNER_NAME and LATCHKEY_OWNER_PASSWORD do not go together' : `${status}`
    throw new Error(`Cannot sign in at ${issuer.origin} as it must know this account: got ${because}`)
  }
  return createHost(issuer, person)
}

function createHost(issuer: URL, person: Person): Host {
  return {
    async approve(userCode, device) {
      const page = await person.get(`/pair?user_code=${encodeURIComponent(userCode)}`)
      if (page.status !== 200) throw new Trouble('approval', String(page.status))
      // The page says who asks; whoever approves compares (RFC 8628 §5.4).
      if (!page.text.includes(device)) throw new Trouble('approval', 'the page shows another device')
      const answer = await person.post('/pair', { user_code: userCode, answer: 'approved' })
      if (answer.status !== 200) throw new Trouble('approval', String(answer.status))
    },
    signIn: () => signIn(issuer, person),
    async putOut(device, accessToken) {
      const response = await fetch(new URL(`/api/devices/${device}`, issuer), {
        method: 'DELETE',
        headers: { authorization: `Bearer ${accessToken}` },
      })
      await response.body?.cancel()
      if (!response.ok) throw new Trouble('putting out', String(response.status))
    },
  }
}
