import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inflateSync } from 'node:zlib'
import pino from 'pino'
import { expect, test } from 'vitest'
import { type Bitmap, encodePbm, encodePng, pairingPicture } from '../../../device/display/image.ts'
import { createPairingImage } from '../../../device/display/pairing-image.ts'
import type { Status } from '../../../device/status.ts'
import { createPairing } from './pairing.ts'

const pairing = createPairing()
const picture = pairingPicture(pairing.authorization)

test('the picture has the same width in every row, and white around the QR', () => {
  const width = picture[0]?.length ?? 0
  expect(picture.every((row) => row.length === width)).toBe(true)
  expect(picture.slice(0, 16).flat().some(Boolean)).toBe(false)
  expect(picture.flat().some(Boolean)).toBe(true)
})

/** Reads a portable bitmap back. */
function readPbm(bytes: Buffer): Bitmap {
  const head = bytes.toString('latin1').split('\n', 2).join('\n')
  const [width = 0, height = 0] = head.split('\n')[1]?.split(' ').map(Number) ?? []
  return unpack(bytes.subarray(head.length + 1), width, height, 1)
}

/** Reads a PNG of one bit a dot back. */
function readPng(bytes: Buffer): Bitmap {
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)]
  const at = bytes.indexOf('IDAT')
  const data = inflateSync(bytes.subarray(at + 4, at + 4 + bytes.readUInt32BE(at - 4)))
  const stride = Math.ceil(width / 8)
  const rows = Array.from({ length: height }, (_, row) =>
    data.subarray(row * (stride + 1) + 1, (row + 1) * (stride + 1)),
  )
  return unpack(Buffer.concat(rows), width, height, 0)
}

function unpack(bytes: Buffer, width: number, height: number, black: number): Bitmap {
  const stride = Math.ceil(width / 8)
  return Array.from({ length: height }, (_, row) =>
    Array.from({ length: width }, (_, column) => {
      const byte = bytes[row * stride + (column >> 3)] ?? 0
      return ((byte >> (7 - (column & 7))) & 1) === black
    }),
  )
}

test('both kinds of file hold the picture', () => {
  expect(readPbm(encodePbm(picture))).toEqual(picture)
  expect(readPng(encodePng(picture))).toEqual(picture)
})

test('the file is there while there is a code, and gone after', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-image-'))
  const tell = createPairingImage(join(folder, 'code.png'), pino({ level: 'silent' }))
  const until = async (names: readonly string[]) => {
    for (;;) {
      const found = await readdir(folder)
      if (JSON.stringify(found) === JSON.stringify(names)) return
      await new Promise(setImmediate)
    }
  }
  tell(pairing)
  await until(['code.png'])
  expect((await readFile(join(folder, 'code.png'))).subarray(1, 4).toString()).toBe('PNG')
  const online: Status = { phase: 'online', device: pairing.device }
  tell(online)
  await until([])
  await rm(folder, { recursive: true })
})

test('a folder that cannot be written is a reason in the log, and no stack', async () => {
  const said: unknown[] = []
  const heard = Promise.withResolvers<void>()
  const write = (line: string) => {
    said.push(JSON.parse(line))
    heard.resolve()
  }
  createPairingImage('/nowhere/code.png', pino({ base: null, timestamp: false }, { write }))(pairing)
  await heard.promise
  expect(said).toEqual([
    {
      ...{ level: 40, msg: 'the pairing image is not written' },
      because: "ENOENT: no such file or directory, open '/nowhere/code.png.new'",
    },
  ])
})
