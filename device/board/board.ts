// A johnny-five board around an IO plugin, without what johnny-five adds for people at a prompt.
import Board from 'johnny-five/lib/board.js'

/** An IO plugin: our own for Linux, Firmata for an Arduino. */
export type Io = ConstructorParameters<typeof Board>[0]['io']

/**
 * Resolves when components can be made on it. Make each once: johnny-five keeps what it made for ever. Whoever made `io` disposes it.
 * `failed` hears the errors that johnny-five and the plugin emit later.
 */
export async function startBoard(io: Io, failed: (error: Error) => void): Promise<Board> {
  // A prompt on stdin, lines on stdout, and a SIGINT handler that ends the process within a second: not in a product.
  const board = new Board({ io, repl: false, debug: false, sigint: false })
  await new Promise<void>((resolve, reject) => {
    board.once('ready', resolve)
    board.once('error', reject)
  })
  board.on('error', failed)
  return board
}
