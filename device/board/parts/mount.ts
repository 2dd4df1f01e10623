// A part that opens by itself: now, or every ten seconds until it can be opened. The rest of the device does not wait for it.
import { after } from '#contract/clock.ts'
import { isHopeless } from './notices.ts'
import { RETRY_AFTER, type Site } from './site.ts'

export interface Mounted<Part> extends Disposable {
  /** Undefined until it could be opened. */
  readonly part: Part | undefined
}

/** `open` throws where the part cannot be opened; `name` is what the log calls it. Whoever mounts disposes. */
export function mount<Part>({ clock, notices }: Site, name: string, open: () => Part): Mounted<Part> {
  let part: Part | undefined
  let later = () => {}
  const attempt = () => {
    try {
      part = open()
      notices.worked(name)
    } catch (error) {
      notices.failed(name, error)
      if (!isHopeless(error)) later = after(clock, RETRY_AFTER, attempt)
    }
  }
  attempt()
  return {
    get part() {
      return part
    },
    [Symbol.dispose]: () => later(),
  }
}
