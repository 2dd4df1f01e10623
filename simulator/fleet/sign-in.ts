// A token of the person who lets the fleet in.
import { seconds } from '#contract/time.ts'
import type { Person } from '../visitor/person.ts'
import { signIn as signInAs } from '../visitor/sign-in.ts'
import type { Tokens } from './client.ts'

const SCOPE = 'openid home:read home:admin'

/** A token for whoever `person` is signed in as; what their role does not allow is left out of it. */
export async function signIn(issuer: URL, person: Person): Promise<Pick<Tokens, 'accessToken' | 'lifetime'>> {
  const { access_token: accessToken, expires_in: lifetime = 600 } = await signInAs(person, { issuer, scope: SCOPE })
  return { accessToken, lifetime: seconds(lifetime) }
}
