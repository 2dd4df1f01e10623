// The agent with somebody else's authorization server on its worst day.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { liveAbroad } from '../foreign/story.ts'

test('it is let in although the server is unavailable, talks HTML, hangs up, hangs and asks for patience', {
  timeout: 420_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
  try {
    const trouble = ['slow_down', 'unavailable', 'html', 'reset', 'hang'] as const
    await expect(liveAbroad({ folder, client: 'confidential', trouble })).resolves.toBeUndefined()
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('a public client is let in, too, and its refresh tokens rotate', { timeout: 120_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
  try {
    await expect(liveAbroad({ folder, client: 'public', trouble: [] })).resolves.toBeUndefined()
  } finally {
    rmSync(folder, { recursive: true })
  }
})
