// Somebody who came by an invitation, with a browser that is signed in.
import type { Role } from '#contract/scopes.ts'
import { createPerson, type Person } from '../../person.ts'
import type { Server } from './server.ts'

export const PASSWORD = 'a long enough one'

export interface Newcomer extends Person {
  readonly id: string
  readonly name: string
}

/** Lets `name` in as `role`; the room must have an owner. */
export async function letIn({ url, authorization }: Server, name: string, role: Role): Promise<Newcomer> {
  const { people, invitations } = authorization
  const owner = people.list().find((each) => each.role === 'owner')
  const inviting = invitations.create({ role, createdBy: owner?.id ?? '' })
  if (inviting.outcome !== 'made') throw new Error(inviting.outcome)
  const person = createPerson(url)
  const joined = await person.post('/invitation/accept', { name, password: PASSWORD, key: inviting.text })
  const account = people.list().find((each) => each.name === name)
  if (account === undefined) throw new Error(`${name} was not let in: ${joined.text}`)
  return { ...person, id: account.id, name }
}
