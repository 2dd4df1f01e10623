// The code as a picture, for an e-paper that somebody else's program shows: QR above, the code itself below it. Pure.
import { crc32, deflateSync } from 'node:zlib'
import { encode } from 'uqr'
import type { DeviceAuthorization } from '../oauth/hub.ts'
import { columnsOf, LETTER } from './font.ts'

/** Rows of dots; true is black. */
export type Bitmap = readonly (readonly boolean[])[]

/** ISO/IEC 18004: four modules of white around it, or phones do not see it. */
const QUIET = 4
/** Dots a module of the QR, and a dot of a letter. */
const SCALE = 4

/** RFC 8628 §3.3.1: the code is shown also where the QR holds it. */
export function pairingPicture({ userCode, verificationUri, verificationUriComplete }: DeviceAuthorization): Bitmap {
  const { data } = encode(verificationUriComplete ?? verificationUri, { ecc: 'M', border: QUIET })
  const code = written(userCode)
  const address = written(verificationUri)
  const picture = scaled(data, SCALE)
  const width = Math.max(picture[0]?.length ?? 0, (code[0]?.length ?? 0) * 3 + 24, (address[0]?.length ?? 0) * 2 + 24)
  return [picture, scaled(code, 3), blank(8), scaled(address, 2), blank(12)].flatMap((part) => centred(part, width))
}

function written(text: string): Bitmap {
  const columns = [...text].flatMap((letter) => [...columnsOf(letter), 0])
  return Array.from({ length: LETTER.height }, (_, row) => columns.map((column) => ((column >> row) & 1) === 1))
}

const blank = (rows: number): Bitmap => Array.from({ length: rows }, () => [])

const scaled = (bitmap: Bitmap, factor: number): Bitmap =>
  bitmap.flatMap((row) => {
    const wide = row.flatMap((dot) => Array.from({ length: factor }, () => dot))
    return Array.from({ length: factor }, () => wide)
  })

const centred = (bitmap: Bitmap, width: number): Bitmap =>
  bitmap.map((row) => {
    const left = Math.floor((width - row.length) / 2)
    return Array.from({ length: width }, (_, column) => row[column - left] ?? false)
  })

/** Eight dots a byte, the highest bit first, each row from a whole byte. */
function packed(bitmap: Bitmap, isSet: (dot: boolean) => boolean): readonly Buffer[] {
  return bitmap.map((row) => {
    const bytes = Buffer.alloc(Math.ceil(row.length / 8))
    for (const [column, dot] of row.entries()) {
      if (isSet(dot)) bytes[column >> 3] = (bytes[column >> 3] ?? 0) | (0x80 >> (column & 7))
    }
    return bytes
  })
}

/** Portable bitmap, binary (P4): 1 is black. */
export function encodePbm(bitmap: Bitmap): Buffer {
  const head = Buffer.from(`P4\n${bitmap[0]?.length ?? 0} ${bitmap.length}\n`, 'latin1')
  return Buffer.concat([head, ...packed(bitmap, (dot) => dot)])
}

/** PNG (ISO/IEC 15948) of one bit a dot: 0 is black. */
export function encodePng(bitmap: Bitmap): Buffer {
  const head = Buffer.alloc(13)
  head.writeUInt32BE(bitmap[0]?.length ?? 0, 0)
  head.writeUInt32BE(bitmap.length, 4)
  // One bit, greyscale.
  head.writeUInt8(1, 8)
  const NO_FILTER = Buffer.alloc(1)
  const rows = packed(bitmap, (dot) => !dot).flatMap((row) => [NO_FILTER, row])
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(Buffer.concat(rows))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const checksum = Buffer.alloc(4)
  checksum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, checksum])
}
