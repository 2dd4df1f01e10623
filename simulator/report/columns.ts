// Text in the columns of a terminal: how wide it is, and how it is broken into lines.

/** East Asian wide characters and emoji take two columns (Unicode TR 11, roughly). */
const WIDE =
  /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|\p{Emoji_Presentation}/u
/** What moves a cursor, rings a bell or turns the direction of writing; a line is one line. */
const CONTROLS = /[\p{Cc}\u200E\u200F\u202A-\u202E\u2066-\u2069\u2028\u2029]/gu

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })
const signsOf = (text: string): readonly string[] => [...segmenter.segment(text)].map(({ segment }) => segment)
const signWidth = (sign: string): number => (WIDE.test(sign) ? 2 : 1)

/** Columns that one line of text takes. */
export const widthOf = (text: string): number => signsOf(text).reduce((sum, sign) => sum + signWidth(sign), 0)

/** One line in which nothing acts on the terminal. */
export const harmless = (text: string): string => text.replace(/\s+/g, ' ').trim().replace(CONTROLS, '\uFFFD')

/** Lines of at most `columns`, broken between words; a word longer than a line is broken itself. */
export function wrap(text: string, columns: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of harmless(text).split(' ')) {
    const joined = line === '' ? word : `${line} ${word}`
    if (widthOf(joined) <= columns) {
      line = joined
      continue
    }
    if (line !== '') lines.push(line)
    const [last = '', ...full] = chop(word, columns).toReversed()
    lines.push(...full.toReversed())
    line = last
  }
  return [...lines, line]
}

/** A word in pieces that fit. */
function chop(word: string, columns: number): readonly string[] {
  const pieces = ['']
  for (const sign of signsOf(word)) {
    const piece = pieces.at(-1) ?? ''
    if (piece !== '' && widthOf(piece) + signWidth(sign) > columns) pieces.push(sign)
    else pieces[pieces.length - 1] = piece + sign
  }
  return pieces
}
