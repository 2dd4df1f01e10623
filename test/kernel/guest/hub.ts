// In the machine, the household's side: a hub, who owns it, and what that person does at its pages.
import { becomeOwner, createPerson, OWNER, type Person } from '../../person.ts'
import { signIn } from '../../sign-in.ts'
import { type Program, startProgram } from './house.ts'

export const HUB_URL = new URL('http://localhost:8080')
export const MQTT_PORT = 1883

export interface Hub {
  readonly program: Program
  /** Undefined once somebody owns it. */
  readonly ownerLink: string | undefined
}

/** `latchkey` is the path of latchkey.mjs. Resolves once it answers; again on the same folder, it is the same hub. */
export async function startHub(latchkey: string, folder = '/run/hub'): Promise<Hub> {
  const program = startProgram(latchkey, 'hub', '--data', folder, '--json')
  const { ownerLink } = await program.fact({ event: 'ready' })
  return { program, ownerLink: typeof ownerLink === 'string' ? ownerLink : undefined }
}

/** Its owner, who is new, or known from an earlier start and signs in. */
export async function moveIn({ ownerLink }: Hub): Promise<Person> {
  if (ownerLink !== undefined) return becomeOwner(HUB_URL, new URL(ownerLink).hash.slice(1))
  const person = createPerson(HUB_URL)
  await person.post('/sign-in', { ...OWNER, return_to: '/pair' })
  return person
}

export interface LetIn {
  readonly device: string
  /** What the person read then. */
  readonly page: string
}

/** Answers the code that the agent shows. */
export async function approve(owner: Person, agent: Program): Promise<LetIn> {
  const { device, authorization } = await agent.fact({ phase: 'pairing' })
  const { userCode } = authorization as { readonly userCode: string }
  const { text } = await owner.post('/pair', { user_code: userCode, answer: 'approved' })
  return { device: String(device), page: text }
}

/** Waits until it is online, too. */
export async function letIn(owner: Person, agent: Program): Promise<LetIn> {
  const approved = await approve(owner, agent)
  await agent.fact({ phase: 'online' })
  return approved
}

/** For a program that watches for hours: a token would end before. */
export async function appPassword(owner: Person): Promise<string> {
  const response = await fetch(new URL('/api/app-passwords', HUB_URL), {
    method: 'POST',
    headers: { authorization: `Bearer ${await signIn(HUB_URL, owner)}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'the story', scopes: ['home:read', 'climate:control'] }),
  })
  const { password } = (await response.json()) as { readonly password: string }
  return password
}
