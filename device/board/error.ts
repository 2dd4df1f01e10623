// What a board cannot do, told apart so that a driver knows whether waiting helps.

/**
 * `missing`: no such chip, bus, sensor or device; `held`: another program or kernel driver has it; `forbidden`: this user may not;
 * `timed_out`: no answer in time; `unsupported`: this board cannot; `failed`: it answered with an error.
 */
export type BoardErrorCode = 'missing' | 'held' | 'forbidden' | 'timed_out' | 'unsupported' | 'failed'

export class BoardError extends Error {
  override readonly name = 'BoardError'
  readonly code: BoardErrorCode

  constructor(code: BoardErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
