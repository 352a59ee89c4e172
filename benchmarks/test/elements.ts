/** An element of an XML document, with what is in it. */
export interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly (Element | string)[]
}

const token = /<\/([a-z]+)>|<([a-z]+)((?: [a-zA-Z][a-zA-Z0-9-]*="[^"<]*")*)(\/?)>|([^<]+)/gy

/** Reads what is well-formed, and throws for anything else. */
export function parsed(document: string): Element {
  const root: Element & { children: (Element | string)[] } = { name: '', attributes: {}, children: [] }
  const open = [root]
  token.lastIndex = 0
  while (token.lastIndex < document.length) {
    const at = token.lastIndex
    const found = token.exec(document)
    if (found === null) throw new SyntaxError(`no XML: ${document.slice(at, at + 60)}`)
    const [, closed, name, attributes = '', isEmpty, text] = found
    const parent = open.at(-1) ?? root
    if (text !== undefined) parent.children.push(unescaped(text))
    if (closed !== undefined && open.pop()?.name !== closed) throw new SyntaxError(`no XML: </${closed}>`)
    if (name === undefined) continue
    const child = { name, attributes: attributesOf(attributes), children: [] }
    parent.children.push(child)
    if (isEmpty === '') open.push(child)
  }
  const elements = root.children.filter(child => typeof child !== 'string')
  if (open.length !== 1 || elements.length !== 1 || elements[0] === undefined) throw new SyntaxError('no XML')
  return elements[0]
}

/** All elements of a name, at any depth. */
export function all(within: Element, name: string): Element[] {
  const elements = within.children.filter(child => typeof child !== 'string')
  return elements.flatMap(child => [...(child.name === name ? [child] : []), ...all(child, name)])
}

/** The text of all elements of a name. */
export function texts(within: Element, name: string): string[] {
  return all(within, name).map(({ children }) => children.filter(child => typeof child === 'string').join(''))
}

function attributesOf(text: string): Record<string, string> {
  const found = [...text.matchAll(/ ([a-zA-Z][a-zA-Z0-9-]*)="([^"]*)"/g)]
  return Object.fromEntries(found.map(([, name = '', value = '']) => [name, unescaped(value)]))
}

/** Numbers of characters are all that we write. */
function unescaped(text: string): string {
  if (/&(?!#\d+;)/.test(text)) throw new SyntaxError(`no XML: ${text}`)
  return text.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
}
