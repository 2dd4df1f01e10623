// The program of docs/devices.md, run as it is written: a device in another language.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startHub } from '../../simulator/mock-hub.ts'
import { has } from '../has.ts'

const PAGE = readFileSync(new URL('../../docs/devices.md', import.meta.url), 'utf8')
const NEEDED = ['bash', 'curl', 'openssl', 'mosquitto_pub', 'mosquitto_sub']

test('the device of the page is let in, though the hub is not well, says what it is, and hears a command', async ({
  skip,
}) => {
  const missing = NEEDED.filter((command) => !has(command))
  if (missing.length > 0) skip(`${missing.join(', ')}: not installed`)
  const [, program = ''] = /^```bash\n(.*?)^```/ms.exec(PAGE) ?? []
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
  try {
    const file = join(folder, 'device.sh')
    writeFileSync(file, program)
    await using hub = await startHub({ authorization: { pollInterval: '1s', answers: [503], approveAll: true } })
    const device = spawn('bash', [file, hub.issuer.origin], { stdio: ['ignore', 'pipe', 'inherit'] })
    let said = ''
    device.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
    const code = new Promise((resolve) => device.once('close', resolve))
    const { topic } = await hub.broker.message('homie/5/+/$state', { payload: 'ready', within: '15s' })
    const [, , id = ''] = topic.split('/')
    expect(await hub.broker.message(`homie/5/${id}/cycle/browning`)).toMatchObject({ payload: '4', retain: true })
    // Its commands come on another connection, which may not be there yet: nothing is kept for it.
    const asking = setInterval(() => void hub.broker.publish(`homie/5/${id}/cycle/browning/set`, '5'), 100)
    expect(await code).toBe(0)
    clearInterval(asking)
    expect(said).toMatch(/^Type [A-Z]{4}-[A-Z]{4} at http:/)
    expect(said).toContain(`homie/5/${id}/cycle/browning/set 5\n`)
    expect(hub.authorization.requests.map(({ endpoint, status }) => [endpoint, status])).toEqual([
      ['metadata', 200],
      ['registration', 201],
      ['device_authorization', 200],
      ['token', 503],
      ['token', 200],
    ])
  } finally {
    rmSync(folder, { recursive: true })
  }
})
