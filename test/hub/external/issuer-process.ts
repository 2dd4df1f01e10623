// That server as a test has it: asks it for tokens, changes its keys, takes it away and brings it back.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { AUDIENCE } from '#contract/scopes.ts'
import { approveAt, endProcess } from '../../foreign/processes.ts'
import { freePort } from '../../processes.ts'
import { until } from '../../until.ts'

export const SECRETS = { 'hall-heating': 'a secret of the hall', 'node-red': 'a secret of its own' } as const

export interface IssuerProcess extends AsyncDisposable {
  readonly issuer: string
  /** Paths that it was asked for. */
  readonly asked: readonly string[]
  /** By client credentials. */
  tokenOf(client: keyof typeof SECRETS, scope?: string): Promise<string>
  /** Robin's, on a tablet. */
  personsToken(scope: string): Promise<string>
  approve(verificationUriComplete: string): Promise<void>
  /** Signs with a new key from now on; the old one is gone. */
  rotate(): Promise<void>
  stop(): Promise<void>
  start(): Promise<void>
}

export async function startIssuer(options: { readonly redirectUri?: string } = {}): Promise<IssuerProcess> {
  const port = await freePort()
  const file = fileURLToPath(new URL('issuer.ts', import.meta.url))
  const asked: string[] = []
  const begin = async (): Promise<ChildProcess> => {
    const args = [String(port), ...(options.redirectUri === undefined ? [] : [options.redirectUri])]
    const started = fork(file, args, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], execArgv: [] })
    started.on('message', (said: { asked?: string }) => {
      if (said.asked !== undefined) asked.push(said.asked)
    })
    await once(started, 'message')
    return started
  }
  let child = await begin()
  const issuer = `http://127.0.0.1:${port}/realms/home`
  const post = async (path: string, form: Record<string, string>, headers: Record<string, string> = {}) => {
    const body = new URLSearchParams({ resource: AUDIENCE, ...form })
    const response = await fetch(`${issuer}${path}`, { method: 'POST', body, headers })
    return (await response.json()) as Readonly<Record<string, string>>
  }

  return {
    issuer,
    asked,
    async tokenOf(client, scope = '') {
      const authorization = `Basic ${btoa([client, SECRETS[client]].map(encodeURIComponent).join(':'))}`
      const answer = await post('/token', { grant_type: 'client_credentials', scope }, { authorization })
      if (answer.access_token === undefined) throw new Error(`no token: ${JSON.stringify(answer)}`)
      return answer.access_token
    },
    async personsToken(scope) {
      const client_id = 'tablet'
      const code = await post('/device/auth', { client_id, scope: `openid ${scope}` })
      await approveAt(new URL(issuer), code.verification_uri_complete ?? '')
      const grant_type = 'urn:ietf:params:oauth:grant-type:device_code'
      const redeem = () => post('/token', { grant_type, client_id, device_code: code.device_code ?? '' })
      return until(async () => (await redeem()).access_token, 'the token')
    },
    approve: (uri) => approveAt(new URL(issuer), uri),
    async rotate() {
      const rotated = new Promise<void>((resolve) => {
        const hear = (said: { rotated?: boolean }) => {
          if (said.rotated !== true) return
          child.off('message', hear)
          resolve()
        }
        child.on('message', hear)
      })
      child.send('rotate')
      await rotated
    },
    stop: () => endProcess(child),
    async start() {
      child = await begin()
    },
    [Symbol.asyncDispose]: () => endProcess(child),
  }
}
