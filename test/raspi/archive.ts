// A cpio archive as the kernel unpacks it at its start: Documentation/driver-api/early-userspace/buffer-format.rst.

export type Entry =
  | { readonly type: 'folder' }
  | { readonly type: 'file'; readonly content: Uint8Array; readonly executable?: boolean }
  /** A character device. */
  | { readonly type: 'device'; readonly major: number; readonly minor: number }

/** By path without a leading slash; a folder comes before what is in it. */
export const archiveOf = (entries: ReadonlyMap<string, Entry>): Buffer =>
  Buffer.concat([...[...entries].flatMap(([path, entry]) => encode(path, entry)), ...encode('TRAILER!!!', EMPTY)])

const EMPTY = { type: 'file', content: new Uint8Array() } as const satisfies Entry

function encode(path: string, entry: Entry): readonly Uint8Array[] {
  const name = Buffer.from(`${path}\0`)
  const content = entry.type === 'file' ? entry.content : EMPTY.content
  const [major, minor] = entry.type === 'device' ? [entry.major, entry.minor] : [0, 0]
  // Inode, mode, uid, gid, links, time, size, the device it lies on, the device it is, the name's length, checksum.
  const fields = [0, modeOf(entry), 0, 0, 1, 0, content.length, 0, 0, major, minor, name.length, 0]
  const head = Buffer.from(`070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`)
  return [head, name, padding(head.length + name.length), content, padding(content.length)]
}

function modeOf(entry: Entry): number {
  switch (entry.type) {
    case 'folder':
      return 0o040755
    case 'file':
      return entry.executable ? 0o100755 : 0o100644
    case 'device':
      return 0o020600
  }
}

const padding = (length: number): Uint8Array => new Uint8Array((4 - (length % 4)) % 4)
