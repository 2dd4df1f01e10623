// The owner of a test's home.
import { createPerson, type Person } from '../simulator/visitor/person.ts'

export { createPerson, type Person }

export const OWNER = { name: 'Robin', password: 'correct horse battery' }

/** What a password is hashed at where that is not the question: the least that argon2 takes (RFC 9106 §3.1), in KiB and passes. */
export const QUICK = { memory: 8, passes: 1 }

/** The first thing anybody does in a new home. */
export async function becomeOwner(base: URL, key: string): Promise<Person> {
  const person = createPerson(base)
  const answer = await person.post('/setup', { ...OWNER, key })
  if (answer.status >= 400 && answer.url.pathname === '/setup') throw new Error(`no owner: ${answer.text}`)
  return person
}
