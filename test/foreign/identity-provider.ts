// An OpenID provider that nobody here wrote, in a process of its own, and a person's way through its pages.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { IdentityProviderSettings } from '../../hub/authorization/identities/settings.ts'
import type { Person } from '../person.ts'
import { freePort } from '../processes.ts'
import { endProcess } from './processes.ts'

/** What the token endpoint does instead, once. */
export interface Lie {
  /** Replace those of the ID token; null takes one out. */
  readonly claims?: Readonly<Record<string, unknown>>
  readonly key?: 'own' | 'other'
  /** An answer of its own, at the path `at`, which is `/token`. */
  readonly answer?: string
  readonly at?: string
}

export interface ForeignIdentityProvider extends AsyncDisposable {
  /** The settings for one of its two realms. */
  settings(realm: 'one' | 'two', changes?: Partial<IdentityProviderSettings>): IdentityProviderSettings
  lie(...lies: readonly Lie[]): Promise<void>
  /** A person signs in there, as `login`, where they are asked; returns the callback, which is not followed yet. */
  signIn(person: Person, from: string | URL, login: string): Promise<URL>
}

export async function startForeignIdentityProvider(): Promise<ForeignIdentityProvider> {
  const port = await freePort()
  const file = fileURLToPath(new URL('identity-server.ts', import.meta.url))
  const child = fork(file, [String(port)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: [] })
  await once(child, 'message')
  const isCallback = ({ pathname }: URL) => pathname.endsWith('/callback')
  return {
    settings: (realm, changes = {}) => ({
      ...{ id: realm, name: `Realm ${realm}`, issuer: new URL(`http://127.0.0.1:${port}/realms/${realm}`) },
      ...{ clientId: 'the-house', clientSecret: 'a secret of the house', tokenEndpointAuth: 'client_secret_basic' },
      ...{ scopes: ['openid', 'profile'], confirms: true },
      ...changes,
    }),
    async lie(...lies) {
      child.send(lies)
      await once(child, 'message')
    },
    async signIn(person, from, login) {
      const isLogin = ({ pathname }: URL) => /^\/realms\/\w+\/interaction\//.test(pathname)
      const reached = await person.follow(String(from), (url) => isLogin(url) || isCallback(url))
      if (isCallback(reached)) return reached
      const form = { prompt: 'login', login, password: 'any will do' }
      return person.follow(reached.href, isCallback, form)
    },
    [Symbol.asyncDispose]: () => endProcess(child),
  }
}
