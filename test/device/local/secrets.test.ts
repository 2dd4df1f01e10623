// No secret of a device in a log line or readable in a file, whatever happens to it.
import { readdirSync, readFileSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pino from 'pino'
import { expect, test } from 'vitest'
import { systemClock } from '#contract/clock.ts'
import { openCredentials } from '../../../device/credentials/store.ts'
import { askAgent } from '../../../device/local/client.ts'
import { until } from '../../home.ts'
import { quiet } from '../../quiet.ts'
import { createPlace, type Place } from './device.ts'

const read = async ({ folder }: Place): Promise<readonly string[]> => {
  const { current } = await openCredentials({ folder, credentialsDirectory: undefined, clock: systemClock, log: quiet })
  const { refreshToken = '' } = current.grant ?? {}
  expect(refreshToken.length).toBeGreaterThan(20)
  const secrets = [refreshToken, current.key.d]
  return [...secrets, ...secrets.map((secret) => Buffer.from(secret).toString('base64url'))]
}
const bytesOf = (folder: string): string =>
  readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).isFile())
    .map((file) => readFileSync(file, 'latin1'))
    .join('\n')

test('neither the refresh token nor the private key is in a log line, an answer or a file', async () => {
  await using place = await createPlace()
  const lines: string[] = []
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) })
  const secrets: string[] = []
  const check = async (): Promise<void> => {
    const said = `${lines.join('')}${JSON.stringify(await askAgent(place.folder, { request: 'status' }, systemClock).catch(String))}`
    for (const secret of secrets) {
      expect(said.includes(secret)).toBe(false)
      expect(bytesOf(place.folder).includes(secret)).toBe(false)
    }
  }

  const first = await place.start({ log })
  await place.approve(first)
  await check()
  await first[Symbol.asyncDispose]()
  secrets.push(...(await read(place)))
  await check()

  // Kept in the clear by an earlier version, then sealed.
  const { current } = await openCredentials({
    ...place,
    credentialsDirectory: undefined,
    clock: systemClock,
    log: quiet,
  })
  for (const name of readdirSync(place.folder)) if (name.startsWith('credentials.')) rmSync(join(place.folder, name))
  writeFileSync(join(place.folder, 'credentials.json'), JSON.stringify(current))
  expect(bytesOf(place.folder).includes(current.key.d)).toBe(true)
  const sealed = await place.start({ log })
  await until(() => sealed.status.phase === 'online', 'it to be in')
  await check()
  await sealed[Symbol.asyncDispose]()

  // Half of a slot gone, then the key; then unpaired and reset.
  const slot = join(place.folder, 'credentials.a')
  writeFileSync(slot, readFileSync(slot, 'utf8').slice(0, -20))
  const healed = await place.start({ log })
  await until(() => healed.status.phase === 'online', 'it to be in')
  await check()
  await healed[Symbol.asyncDispose]()
  unlinkSync(join(place.folder, 'credentials.key'))
  const anew = await place.start({ log })
  await place.approve(anew)
  await check()
  await anew[Symbol.asyncDispose]()
  secrets.push(...(await read(place)))
  const last = await place.start({ log })
  await until(() => last.status.phase === 'online', 'it to be in')
  await last.unpair()
  await check()
  await last.reset()
  await check()
  await last[Symbol.asyncDispose]()
  expect(lines.length).toBeGreaterThan(10)
})
