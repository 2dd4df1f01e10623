// What a person reads on a terminal of 80 columns. Pure: facts in, lines out.
import { renderUnicodeCompact } from 'uqr'
import { type Status, UNPAIRED_WORDS } from './status.ts'

/**
 * The code and where to type it, with the QR beside it. RFC 8628 §3.3.1: the short address and the code are shown also where the
 * QR holds both.
 */
export function formatPairing(name: string, { authorization }: Extract<Status, { phase: 'pairing' }>): string {
  const { userCode, verificationUri, verificationUriComplete = verificationUri, lifetime } = authorization
  const qr = renderUnicodeCompact(verificationUriComplete, { border: 2, ecc: 'L' }).split('\n')
  const words = [
    '',
    name,
    '',
    `  code  ${userCode}`,
    `  at    ${verificationUri}`,
    '',
    'Scan this, or open the address and type',
    'the code. Compare the codes, then say yes.',
    `Good for ${Math.round(lifetime / 60_000)} minutes.`,
  ]
  return qr.map((line, row) => `${line}  ${words[row] ?? ''}`.trimEnd()).join('\n')
}

/**
 * Prints what a person has to know about each status, and nothing twice in a row: a hub that is away for a week is one line, however often it
 * was asked. `again` says how to have a new code.
 */
export function createTeller(options: {
  readonly name: string
  readonly again: string
  readonly print: (text: string) => void
}): (status: Status) => void {
  const { name, again, print } = options
  let last: string | undefined
  return (status) => {
    const text = status.phase === 'pairing' ? formatPairing(name, status) : formatStatus(name, status, again)
    if (text === undefined || text === last) return
    last = text
    print(text)
  }
}

/** One line for a change that is not about a code; undefined where a person need not know. */
export function formatStatus(name: string, status: Status, again: string): string | undefined {
  switch (status.phase) {
    case 'online':
      return `${name} is in: ${status.device}`
    case 'offline':
      return `${name} is offline: ${status.because}. It goes on alone and tries again.`
    case 'unpaired':
      return `${name} ${UNPAIRED_WORDS[status.because]}. ${again}`
    case 'starting':
    case 'pairing':
      return undefined
  }
}
