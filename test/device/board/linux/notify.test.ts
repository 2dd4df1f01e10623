import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createSupervisor } from '../../../../device/board/linux/notify.ts'
import { listenAsSystemd } from '../../../systemd.ts'

function temporaryPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-notify-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return join(folder, 'notify')
}

test.for([
  { what: 'a path', path: temporaryPath },
  { what: 'an abstract name', path: () => `@latchkey-test-${process.pid}` },
])('systemd at $what hears each sentence', ({ path }) => {
  const where = path()
  using systemd = listenAsSystemd(where)
  const failures: Error[] = []
  using supervisor = createSupervisor(where, (error) => failures.push(error))
  supervisor.ready('paired\nEXTRA=1')
  expect(systemd.heard()).toEqual(['READY=1\nSTATUS=paired EXTRA=1'])
  supervisor.alive()
  expect(systemd.heard()).toEqual(['WATCHDOG=1'])
  supervisor.status('21.5 °C, heating')
  expect(systemd.heard()).toEqual(['STATUS=21.5 °C, heating'])
  supervisor.stopping()
  expect(systemd.heard()).toEqual(['STOPPING=1'])
  expect(failures).toEqual([])
})

test('a supervisor that is gone is told, and nothing else happens', () => {
  const failures: Error[] = []
  using supervisor = createSupervisor('/nowhere/notify', (error) => failures.push(error))
  supervisor.alive()
  expect(failures).toMatchObject([{ code: 'ENOENT' }])
})
