// Keeps a picture of the pairing code in a file while there is one, for an e-paper or a photo frame.
import { rename, rm, writeFile } from 'node:fs/promises'
import type { Logger } from 'pino'
import { createQueue } from '../queue.ts'
import { reasonOf } from '../reason.ts'
import type { Status } from '../status.ts'
import { encodePbm, encodePng, pairingPicture } from './image.ts'

/** What `file` ends with decides: `.png`, or else a portable bitmap. Gone again once the code is used or over. */
export function createPairingImage(file: string, log: Logger): (status: Status) => void {
  const encode = file.toLowerCase().endsWith('.png') ? encodePng : encodePbm
  const updates = createQueue()
  const update = async (status: Status) => {
    if (status.phase !== 'pairing') {
      await rm(file, { force: true })
      return
    }
    // Whoever watches the file never sees half of it.
    await writeFile(`${file}.new`, encode(pairingPicture(status.authorization)))
    await rename(`${file}.new`, file)
  }
  return (status) => {
    updates
      .add(() => update(status))
      .catch((error: unknown) => log.warn({ because: reasonOf(error) }, 'the pairing image is not written'))
  }
}
