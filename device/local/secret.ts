// Reading a secret from whoever types it: one line, not shown on a terminal, and from a pipe as it comes.
import type { ReadStream } from 'node:tty'

/** `input` is standard input. Rejects when it ends, or Ctrl-C is pressed, before there is a line. */
export async function readSecret(input: ReadStream, question: string, write: (text: string) => void): Promise<string> {
  const typed = input.isTTY === true
  if (typed) {
    write(question)
    input.setRawMode(true)
  }
  let text = ''
  try {
    for await (const chunk of input.setEncoding('utf8')) {
      for (const key of String(chunk)) {
        if (key === '\r' || key === '\n') return text
        if (key === '\u0003') throw new Error('Cannot go on as it was called off: got Ctrl-C')
        // Backspace, as terminals send it in raw mode.
        text = key === '\u007f' || key === '\b' ? text.slice(0, -1) : text + key
      }
    }
  } finally {
    if (typed) {
      input.setRawMode(false)
      write('\n')
    }
  }
  if (text === '') throw new Error('Cannot go on as a line must be typed: got none')
  return text
}
