// Reads XML 1.0 as strictly as a parser must, as far as our documents go: no DOCTYPE, no CDATA, no comments. Throws for what is not well-formed.

export interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: Element[]
  text: string
}

const DECLARATION = /^<\?xml version="1\.0" encoding="UTF-8"\?>\n/
const TAG = /<(\/?)([a-z][a-z-]*)((?: [a-z-]+="[^"<]*")*)(\/?)>/y
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
const isChar = (sign: string): boolean => /^[\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]$/u.test(sign)

export function readXml(document: string): Element {
  if (!DECLARATION.test(document)) throw new Error('Cannot read the document as it must begin with a declaration')
  for (const sign of document) if (!isChar(sign)) throw new Error(`Cannot have U+${sign.codePointAt(0)?.toString(16)}`)
  const xml = document.replace(DECLARATION, '')
  const root: Element = { name: '', attributes: {}, children: [], text: '' }
  const open = [root]
  let at = 0
  while (at < xml.length) {
    const parent = open.at(-1) ?? root
    const end = xml.indexOf('<', at)
    const text = xml.slice(at, end < 0 ? undefined : end)
    if (open.length === 1 && text.trim() !== '') throw new Error(`Cannot have text outside the root: "${text}"`)
    parent.text += resolve(text)
    if (end < 0) break
    TAG.lastIndex = end
    const [whole, closing, name = '', written = '', empty] = TAG.exec(xml) ?? []
    if (whole === undefined) throw new Error(`Cannot read "${xml.slice(end, end + 60)}" as it must be a tag`)
    at = end + whole.length
    if (closing === '/') {
      if (open.pop()?.name !== name) throw new Error(`Cannot close ${name} here`)
      continue
    }
    if (open.length === 1 && root.children.length > 0) throw new Error('Cannot have a second root')
    const pairs = [...written.matchAll(/ ([a-z-]+)="([^"]*)"/g)]
    const attributes = Object.fromEntries(pairs.map(([, key = '', value = '']) => [key, resolve(value)]))
    if (Object.keys(attributes).length !== pairs.length) throw new Error(`Cannot have an attribute twice: ${written}`)
    const element: Element = { name, attributes, children: [], text: '' }
    parent.children.push(element)
    if (empty !== '/') open.push(element)
  }
  const [found] = root.children
  if (found === undefined || open.length !== 1) throw new Error('Cannot end here: an element is open')
  return found
}

function resolve(text: string): string {
  return text.replace(/&([^;]*;?)/g, (_, reference: string) => {
    const [, name, code] = /^(?:([a-z]+)|#(\d+));$/.exec(reference) ?? []
    const found = code === undefined ? ENTITIES[name ?? ''] : String.fromCodePoint(Number(code))
    if (found === undefined || !isChar(found)) throw new Error(`Cannot resolve &${reference}`)
    return found
  })
}
