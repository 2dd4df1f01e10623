// The lists beside this file: every requirement names a test that there is, or says why there is none.
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const HERE = new URL('.', import.meta.url)
const LISTS = readdirSync(HERE).filter((name) => name.endsWith('.md'))

interface Line {
  readonly section: string
  readonly says: string
  readonly proof: string
}

function readLines(list: string): readonly Line[] {
  const rows = readFileSync(new URL(list, HERE), 'utf8')
    .split('\n')
    .filter((row) => row.startsWith('| '))
  return rows.slice(2).map((row) => {
    const cells = row.slice(2, -2).split(' | ')
    const [section = '', says = '', proof = ''] = cells
    if (cells.length !== 3) throw new TypeError(`Cannot read ${list} as a line must have three cells: got ${row}`)
    return { section, says, proof }
  })
}

/** The files are read as text: whoever renames a test finds out here. */
const texts = new Map<string, string>()
function textOf(file: string): string {
  const known = texts.get(file) ?? readFileSync(new URL(`../${file}`, HERE), 'utf8')
  texts.set(file, known)
  return known
}

test.for(LISTS)('%s: each line is proved by a test, or left out for a reason', (list) => {
  const lines = readLines(list)
  expect(lines.length).toBeGreaterThan(20)
  for (const { section, says, proof } of lines) {
    const where = `${list} ${section}: ${says}`
    if (/^left out: .{10}/.test(proof)) continue
    const [, file, title] = /^`([\w/.-]+\.test\.ts)`: (.+)$/.exec(proof) ?? []
    if (file === undefined || title === undefined) throw new TypeError(`${where}: names no test`)
    if (!titled(title).test(textOf(file))) expect.fail(`${where}: ${file} has no such test: ${title}`)
  }
})

test('the flows of the README name tests that there are', () => {
  const readme = readFileSync(new URL('../../README.md', HERE), 'utf8')
  const [, table = ''] = /## Flows of OAuth\n(.*?)\n## /s.exec(readme) ?? []
  const files = [...table.matchAll(/`(?:…\/)?([\w/.-]+\.test\.ts)`/g)].map(([, file = '']) => file)
  expect(files.length).toBeGreaterThan(10)
  const all = readdirSync(new URL('..', HERE), { recursive: true, encoding: 'utf8' })
  for (const file of files)
    expect(
      all.some((each) => each === file || each.endsWith(`/${file}`)),
      file,
    ).toBe(true)
})

/** A test with this title that is neither skipped nor planned. */
function titled(title: string): RegExp {
  const text = title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`(?:\\btest\\(|\\]\\)\\(|\\w\\)\\()\\s*'${text}'`)
}
