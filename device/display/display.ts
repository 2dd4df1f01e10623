// A small screen as the rest sees it.

export interface Size {
  readonly columns: number
  readonly rows: number
}

export interface Display extends Size, Disposable {
  /** Shows these lines from the top; the rest is empty, and what is too long is cut. Idempotent, and never throws. */
  show(lines: readonly string[]): void
}

/** Exactly what fits, so that a shorter line leaves nothing of the longer one before. */
export const padded = (lines: readonly string[], { columns, rows }: Size): readonly string[] =>
  Array.from({ length: rows }, (_, row) => (lines[row] ?? '').slice(0, columns).padEnd(columns))
