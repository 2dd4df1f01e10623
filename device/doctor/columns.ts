import { COLUMNS, wrapWords } from '#contract/columns.ts'

/** Words to the left as they are, and a text that is broken to what is left of the line; what has no space in it stays whole. */
export function formatColumns(rows: readonly { readonly left: readonly string[]; readonly text: string }[]): string {
  const widths = [0, 1].map((column) => Math.max(...rows.map(({ left }) => left[column]?.length ?? 0)))
  const indent = widths.reduce((sum, width) => sum + width + 2, 0)
  return rows
    .flatMap(({ left, text }) => {
      const head = left.map((word, column) => word.padEnd((widths[column] ?? 0) + 2)).join('')
      return wrapWords(text, COLUMNS - indent).map((line, at) => (at === 0 ? head : ' '.repeat(indent)) + line)
    })
    .join('\n')
}
