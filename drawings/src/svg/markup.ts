/** A piece of XML, well-formed by how it is made. */
export interface Markup {
  readonly markup: string
}

export type Attributes = Readonly<Record<string, string | number>>

/** Strings among the children are text. */
export function element(name: string, attributes: Attributes, ...children: readonly (Markup | string)[]): Markup {
  const told = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(attributeText(value))}"`)
  const open = `<${name}${told.join('')}`
  if (children.length === 0) return { markup: `${open}/>` }
  const isText = children.some(child => typeof child === 'string')
  const inside = children.map(child => (typeof child === 'string' ? escaped(child) : child.markup))
  return { markup: isText ? `${open}>${inside.join('')}</${name}>` : `${open}>\n${inside.join('\n')}\n</${name}>` }
}

/** A tenth of a pixel is enough, and the same on every machine. */
function attributeText(value: string | number): string {
  return typeof value === 'number' ? String(Number(value.toFixed(1))) : value
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, character => `&#${character.codePointAt(0)};`)
}
