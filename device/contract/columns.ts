// Text in the columns of a terminal.

/** Of the smallest terminal that people have. */
export const COLUMNS = 80

/** Lines of at most `columns`, broken between words; a word that is longer stays whole, as a command or an address must. */
export function wrapWords(text: string, columns: number): readonly string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const line = `${lines.at(-1) ?? ''} ${word}`.trim()
    if (lines.length > 0 && line.length <= columns) lines[lines.length - 1] = line
    else lines.push(word)
  }
  return lines
}
