// XML 1.0 as text. Whatever comes in, what goes out is well-formed.

/** What XML 1.0 §2.2 has no character for, not even escaped: most controls, lone surrogates, U+FFFE and U+FFFF. */
const FORBIDDEN = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** For text between tags, of XML and of HTML. */
export const escapeXml = (text: string): string =>
  text.replace(FORBIDDEN, '\uFFFD').replace(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign)

/** For an attribute in double quotes. White space but for blanks is a reference: a parser would make blanks of it (XML 1.0 §3.3.3). */
const escapeAttribute = (text: string): string =>
  escapeXml(text).replace(/[\t\n\r]/g, (space) => `&#${space.charCodeAt(0)};`)

type Attributes = Readonly<Record<string, string | number | undefined>>

/** An element; attributes that are undefined are left out. Children are elements or escaped text already. */
export function element(name: string, attributes: Attributes, children: readonly string[] = []): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${escapeAttribute(String(value))}"`)
    .join('')
  return children.length === 0 ? `<${name}${written}/>` : `<${name}${written}>${children.join('')}</${name}>`
}
