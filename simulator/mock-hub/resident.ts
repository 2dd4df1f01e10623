// The person of a mock hub: its owner, who lets devices in and puts them out through the hub's own pages and API.
import { ROLE_CEILING } from '#contract/scopes.ts'
import { createPerson } from '../visitor/person.ts'
import { becomeOwner, signIn } from '../visitor/sign-in.ts'

const EVERYTHING = ['openid', ...ROLE_CEILING.owner] as const

export interface Resident {
  decide(userCode: string, answer: 'approved' | 'denied'): Promise<void>
  /** A new one at each call. */
  accessToken(scopes?: readonly string[]): Promise<string>
  unpair(clientId: string): Promise<void>
}

/** `headers` mark the requests that are ours: no answer is planned for them, and nobody wants to read about them. */
export async function createResident(options: {
  readonly issuer: URL
  readonly ownerLink: URL | undefined
  readonly headers: Readonly<Record<string, string>>
}): Promise<Resident> {
  const { issuer, ownerLink, headers } = options
  const person = createPerson(issuer)
  await becomeOwner(person, ownerLink)
  const carry = (url: string, request: { readonly headers?: Readonly<Record<string, string>> }) =>
    fetch(url, { ...request, headers: { ...request.headers, ...headers } })

  const accessToken = async (scopes: readonly string[] = EVERYTHING): Promise<string> => {
    const { access_token: token } = await signIn(person, { issuer, scope: scopes.join(' '), fetch: carry })
    return token
  }
  return {
    accessToken,
    async decide(userCode, answer) {
      const { status } = await person.post('/pair', { user_code: userCode, answer })
      if (status === 200) return
      const because = REFUSALS.get(status) ?? `the hub answered ${status}`
      throw new Error(`Cannot decide about the code ${userCode} as a device must show it: ${because}`)
    },
    async unpair(clientId) {
      const answer = await fetch(new URL(`/api/devices/${encodeURIComponent(clientId)}`, issuer), {
        method: 'DELETE',
        headers: { authorization: `Bearer ${await accessToken()}` },
      })
      if (answer.ok) return
      throw new Error(
        `Cannot revoke the grant of ${clientId} as it must be a paired device: the hub answered ${answer.status}`,
      )
    },
  }
}

/** What the pairing page means by its status. */
const REFUSALS: ReadonlyMap<number, string> = new Map([
  [404, 'none does'],
  [410, 'it has expired or was decided before'],
  [429, 'too many wrong codes were tried'],
])
