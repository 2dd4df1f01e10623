// Other people's servers as processes of their own, for our clients.
import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createPerson } from '../../simulator/visitor/person.ts'
import { until } from '../home.ts'
import { freePort } from '../processes.ts'

export type Trouble = 'slow_down' | 'unavailable' | 'html' | 'reset' | 'hang'

export interface ForeignServer extends AsyncDisposable {
  readonly issuer: URL
  /** What its token endpoint was asked for, or said instead of an answer. */
  readonly asked: readonly string[]
  /** What its token endpoint says next, instead of an answer. */
  cause(...trouble: readonly Trouble[]): void
  /** A person signs in there, compares the code and says yes, form after form. */
  approve(verificationUriComplete: string): Promise<void>
}

export async function startForeignServer(): Promise<ForeignServer> {
  const port = await freePort()
  const file = fileURLToPath(new URL('authorization-server.ts', import.meta.url))
  const child = fork(file, [String(port)], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], execArgv: [] })
  const asked: string[] = []
  child.on('message', (said: { asked?: string }) => {
    if (said.asked !== undefined) asked.push(said.asked)
  })
  const [{ issuer }] = (await once(child, 'message')) as [{ issuer: string }]
  return {
    issuer: new URL(issuer),
    asked,
    cause: (...trouble) => void child.send(trouble),
    approve: (verificationUriComplete) => approveAt(new URL(issuer), verificationUriComplete),
    [Symbol.asyncDispose]: () => endProcess(child),
  }
}

/** Robin signs in at an oidc-provider as it comes, compares the code and says yes, form after form. */
export async function approveAt(issuer: URL, verificationUriComplete: string): Promise<void> {
  const person = createPerson(issuer)
  let page = await person.get(verificationUriComplete)
  for (let forms = 0; forms < 5 && page.text.includes('<form'); forms++) {
    const action = /action="([^"]+)"/.exec(page.text)?.[1] ?? page.url.href
    const filled = [...page.text.matchAll(/<(?:input|button)[^>]*>/g)].flatMap(([tag]) => {
      const name = /name="([^"]+)"/.exec(tag)?.[1]
      return name === undefined || name === 'abort'
        ? []
        : [[name, /value="([^"]*)"/.exec(tag)?.[1] ?? 'robin'] as const]
    })
    page = await person.post(new URL(action.replaceAll('&amp;', '&'), page.url).href, Object.fromEntries(filled))
  }
  if (page.status !== 200) throw new Error(`not approved: ${page.text}`)
}

export interface ForeignBroker extends AsyncDisposable {
  readonly url: URL
  /** Kills it and starts it again on the same port. */
  restart(): Promise<void>
}

/** A mosquitto that lets everybody in: it knows no JWT, it takes whatever comes as password. */
export async function startMosquitto(): Promise<ForeignBroker> {
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
  const config = join(folder, 'mosquitto.conf')
  writeFileSync(config, `listener ${port} 127.0.0.1\nallow_anonymous true\n`)
  const start = async () => {
    const child = spawn('mosquitto', ['-c', config], {
      stdio: 'ignore',
      env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` },
    })
    await until(() => canConnect(port), 'mosquitto to listen')
    return child
  }
  let child = await start()
  return {
    url: new URL(`mqtt://127.0.0.1:${port}`),
    async restart() {
      await endProcess(child)
      child = await start()
    },
    async [Symbol.asyncDispose]() {
      await endProcess(child)
      rmSync(folder, { recursive: true })
    },
  }
}

const canConnect = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false))
    socket.on('connect', () => socket.destroy())
  })

export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}
