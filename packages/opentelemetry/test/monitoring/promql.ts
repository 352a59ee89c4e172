export interface Selector {
  /** A name, or a pattern of names. */
  readonly metric: string
  readonly matchers: readonly Matcher[]
}

export interface Matcher {
  readonly label: string
  readonly operator: string
  readonly value: string
}

const words = new Set(['and', 'or', 'unless', 'bool', 'offset'])
const grouping = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g
const matcher = /(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"/g

/** The series that an expression asks for. */
export function selectorsOf(expr: string): Selector[] {
  const selectors: Selector[] = []
  const rest = expr.replace(/([\w:]*)\{([^}]*)\}/g, (_, name: string, inner: string) => {
    const matchers = [...inner.matchAll(matcher)].map(([, label = '', operator = '', value = '']) => {
      return { label, operator, value }
    })
    const named = matchers.find(({ label }) => label === '__name__')
    selectors.push({ metric: named?.value ?? name, matchers: matchers.filter(each => each !== named) })
    return ''
  })
  const bare = rest
    .replace(/"[^"]*"/g, '')
    .replace(/\[[^\]]*\]/g, '')
    .replace(grouping, '')
    .matchAll(/(?<![\w.])([a-z_][\w:]*)\b(?!\s*\()/g)
  for (const [, metric = ''] of bare) if (!words.has(metric)) selectors.push({ metric, matchers: [] })
  return selectors
}

/** The labels that an expression groups, joins or makes. */
export function groupingsOf(expr: string): string[] {
  const grouped = [...expr.matchAll(grouping)].flatMap(([, labels = '']) => labels.split(','))
  return [...grouped.map(label => label.trim()).filter(label => label !== ''), ...madeLabelsOf(expr)]
}

/** The labels that an expression makes out of others. */
export function madeLabelsOf(expr: string): string[] {
  return [...expr.matchAll(/"(\w+)", "\$1", "\w+", "\(\.\+\)"/g)].map(([, label = '']) => label)
}
