/** Something went wrong for one device: where, and why. The fleet goes on, counts it and says it. */
export class Trouble extends Error {
  override readonly name = 'Trouble'
  /** The same words for the same trouble of every device. */
  readonly words: string

  constructor(step: string, because: string, options?: ErrorOptions) {
    super(`Cannot go on after ${step}: ${because}`, options)
    this.words = `${step}: ${because}`
  }
}

export const wordsOf = (error: unknown): string => {
  if (error instanceof Trouble) return error.words
  return error instanceof Error ? error.message : String(error)
}
