// A whole home for a test: on free ports, in a folder that goes away, paired by somebody who clicks through the real pages.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KINDS, type Kind } from '#contract/ids.ts'
import { seconds } from '#contract/time.ts'
import type { Status } from '../device/status.ts'
import { type Household, startHousehold } from '../simulator/household.ts'
import { becomeOwner, createPerson, type Person, QUICK } from './person.ts'
import { quiet } from './quiet.ts'
import { HOME_SCOPES, signIn } from './sign-in.ts'
import { until } from './until.ts'

export { HOME_SCOPES, signIn, until }

export interface TestHome extends AsyncDisposable {
  readonly home: Household
  readonly owner: Person
  readonly status: Readonly<Partial<Record<Kind, Status>>>
  /** Approves the device that waits, and resolves with its id when it is online. */
  pair(kind: Kind): Promise<string>
  accessToken(scope?: string): Promise<string>
}

export const loopback = { host: '127.0.0.1', port: 0 } as const

export async function startTestHome(
  options: { readonly folder?: string /** Nobody lives here yet. */; readonly withoutOwner?: boolean } = {},
): Promise<TestHome> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'latchkey-'))
  const status: Partial<Record<Kind, Status>> = {}
  const home = await startHousehold({
    folder: join(folder, 'hub'),
    devices: folder,
    ...{ http: loopback, mqtt: loopback, mqtts: undefined, publicUrl: undefined, tls: { type: 'off' }, mdns: false },
    ...{ log: quiet, passwordCost: QUICK },
    pollInterval: seconds(1),
    onStatus: (kind, next) => {
      status[kind] = next
    },
  })
  const { publicUrl, ownerLink } = home.hub
  const key = ownerLink?.hash.slice(1) ?? ''
  const owner = options.withoutOwner ? createPerson(publicUrl) : await becomeOwner(publicUrl, key)
  return {
    home,
    owner,
    status,
    async pair(kind) {
      const asking = await until(() => (status[kind]?.phase === 'pairing' ? status[kind] : undefined), `${kind} to ask`)
      const { userCode } = asking.authorization
      const page = await owner.post('/pair', { user_code: userCode, answer: 'approved' })
      if (page.status !== 200) throw new Error(`not approved: ${page.text}`)
      await until(() => status[kind]?.phase === 'online', `${kind} to be online`)
      return asking.device
    },
    accessToken: (scope = HOME_SCOPES) => signIn(publicUrl, owner, scope),
    async [Symbol.asyncDispose]() {
      await home[Symbol.asyncDispose]()
      if (options.folder === undefined) rmSync(folder, { recursive: true })
    },
  }
}

export const pairAll = async (home: TestHome): Promise<Readonly<Record<Kind, string>>> => {
  const ids = await Promise.all(KINDS.map(async (kind) => [kind, await home.pair(kind)] as const))
  return Object.fromEntries(ids) as Record<Kind, string>
}
