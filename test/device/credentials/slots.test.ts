// Whatever becomes of the two copies: as long as one of them is whole the device knows what it knew, and otherwise it begins anew. It
// never fails to start, never believes what nobody saved, and never throws a byte away that it could not read.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Credentials } from '../../../device/credentials/credentials.ts'
import { createTestFolder, registration, type TestFolder } from './device.ts'

const SLOTS = ['credentials.a', 'credentials.b'] as const
type Name = (typeof SLOTS)[number]
const SAVES = 5

let device: TestFolder
let root: string
/** What the slot files were after each save, and what was saved; both slots the same but for their random bytes. */
const history: { readonly files: Record<Name, Buffer>; readonly credentials: Credentials }[] = []
let key: string

beforeAll(async () => {
  device = createTestFolder()
  root = mkdtempSync(join(tmpdir(), 'latchkey-'))
  const store = await device.open()
  for (let count = 0; count < SAVES; count++) {
    await store.save({ ...store.current, registration, grant: { refreshToken: `token-${count}` } })
    const files = { 'credentials.a': Buffer.alloc(0), 'credentials.b': Buffer.alloc(0) }
    for (const name of SLOTS) files[name] = readFileSync(join(device.folder, name))
    history.push({ files, credentials: store.current })
  }
  key = readFileSync(join(device.folder, 'credentials.key'), 'utf8')
})
afterAll(() => {
  device[Symbol.dispose]()
  rmSync(root, { recursive: true })
})

/** What may become of a slot. `older` is a copy of so many saves ago. */
const fate = fc.oneof(
  fc.record({ type: fc.constant('whole' as const) }),
  fc.record({ type: fc.constant('cut' as const), length: fc.nat(400) }),
  fc.record({ type: fc.constant('flipped' as const), bit: fc.nat(8 * 400) }),
  fc.record({ type: fc.constant('older' as const), by: fc.integer({ min: 1, max: SAVES - 1 }) }),
  fc.record({ type: fc.constant('filled' as const), bytes: fc.uint8Array({ maxLength: 600 }) }),
  fc.record({ type: fc.constant('gone' as const) }),
)
type Fate = typeof fate extends fc.Arbitrary<infer T> ? T : never

function meet(fate: Fate, name: Name): Buffer | undefined {
  const newest = history[SAVES - 1]?.files[name] ?? Buffer.alloc(0)
  switch (fate.type) {
    case 'whole':
      return newest
    case 'cut':
      return newest.subarray(0, Math.min(fate.length, newest.length - 1))
    case 'flipped': {
      const flipped = Buffer.from(newest)
      const at = Math.floor(fate.bit / 8) % flipped.length
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (fate.bit % 8))
      return flipped
    }
    case 'older':
      return history[SAVES - 1 - fate.by]?.files[name]
    case 'filled':
      return Buffer.from(fate.bytes)
    case 'gone':
      return undefined
  }
}

test('of two copies with any fate the newest whole one counts, and the rest is put aside whole', async () => {
  const both = fc.record({ 'credentials.a': fate, 'credentials.b': fate })
  const scene = fc.record({ both, swapped: fc.boolean(), stale: fc.option(fc.uint8Array({ maxLength: 300 })) })
  let folders = 0
  const property = fc.asyncProperty(scene, async ({ both, swapped, stale }) => {
    const folder = join(root, String(folders++))
    await device.open({ in: folder })
    writeFileSync(join(folder, 'credentials.key'), key)
    const [a, b] = SLOTS.map((name) => meet(both[name], name))
    const found = swapped ? [b, a] : [a, b]
    for (const [at, name] of SLOTS.entries()) {
      const bytes = found[at]
      if (bytes === undefined) rmSync(join(folder, name))
      else writeFileSync(join(folder, name), bytes)
      if (stale !== null) writeFileSync(join(folder, `${name}.new`), stale)
    }

    const { current } = await device.open({ in: folder })
    const whole = SLOTS.map((name) => both[name])
      .map((each) => (each.type === 'whole' ? SAVES - 1 : each.type === 'older' ? SAVES - 1 - each.by : -1))
      .toSorted((x, y) => y - x)[0]
    if (whole === undefined || whole < 0) expect(current).toEqual({ version: 1, key: current.key })
    else expect(current).toEqual(history[whole]?.credentials)

    const kept = readdirSync(folder).filter((name) => /\.(damaged|locked)-/.test(name))
    const bytesKept = kept.map((name) => readFileSync(join(folder, name)).toString('base64')).toSorted()
    const broken = SLOTS.filter((name) => !['whole', 'older', 'gone'].includes(both[name].type))
    const bytesBroken = broken.map((name) => meet(both[name], name)?.toString('base64')).toSorted()
    expect(bytesKept).toEqual(bytesBroken)

    // What it made of it stays, and either copy alone is enough again.
    expect((await device.open({ in: folder })).current).toEqual(current)
    rmSync(join(folder, swapped ? 'credentials.a' : 'credentials.b'))
    expect((await device.open({ in: folder })).current).toEqual(current)
    rmSync(folder, { recursive: true })
  })
  await fc.assert(property, { numRuns: 60 })
}, 120_000)
