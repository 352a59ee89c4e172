import type { Page } from './pages.ts'

/** A fenced piece of a page. */
export interface CodeBlock {
  readonly page: string
  /** Where its fence is, from 1. */
  readonly line: number
  readonly language: string
  /** What is between the fences. */
  readonly text: string
  /** The whole page, of which only the lines that run are left: errors then name the lines of the page. */
  readonly module: string
}

/** A fenced block, or a comment that holds code. Lines are counted from 0. */
interface Part {
  readonly kind: 'fence' | 'setup' | 'continues' | 'teardown'
  readonly language: string
  readonly start: number
  readonly lines: readonly number[]
  readonly end: number
}

/**
 * The fenced blocks of a page. HTML comments beside a fence hold code that readers need not see, up to `-->`:
 * `<!-- setup` runs before the block and `<!-- teardown` after it. `<!-- continues` is a set-up too, and runs the block
 * before it first.
 */
export function codeBlocks(page: Page): CodeBlock[] {
  const { path, lines } = page
  const blocks: CodeBlock[] = []
  let before: Part | undefined
  let ran: readonly number[] = []

  for (const part of partsOf(page)) {
    const { kind, language, start } = part
    if (before !== undefined && start > before.end + 2)
      throw new Error(`${path}:${start}: expected a fence before this`)
    const last = blocks.at(-1)
    if (kind === 'fence') {
      ran = [...(before?.kind === 'continues' ? ran : []), ...(before?.lines ?? []), ...part.lines]
      const text = part.lines.map(number => lines[number]).join('\n')
      blocks.push({ page: path, line: start + 1, language, text, module: only(lines, ran) })
      before = undefined
    } else if (kind !== 'teardown') before = part
    else if (last !== undefined) blocks.splice(-1, 1, { ...last, module: only(lines, [...ran, ...part.lines]) })
  }
  return blocks
}

function* partsOf({ path, lines }: Page): Generator<Part> {
  for (let start = 0; start < lines.length; start++) {
    const [, fence, comment] = /^(?:```(.*)|<!-- (setup|continues|teardown)\b.*)$/.exec(lines[start] ?? '') ?? []
    if (fence === undefined && comment === undefined) continue
    const isEnd = (line: string, number: number): boolean =>
      comment === undefined ? number > start && line === '```' : number >= start && line.endsWith('-->')
    const end = lines.findIndex(isEnd)
    if (end === -1) throw new Error(`${path}:${start + 1}: what begins here does not end`)
    const inside = Array.from({ length: Math.max(0, end - start - 1) }, (_, offset) => start + 1 + offset)
    yield { kind: (comment ?? 'fence') as Part['kind'], language: fence ?? '', start, lines: inside, end }
    start = end
  }
}

function only(lines: readonly string[], kept: readonly number[]): string {
  const isKept = new Set(kept)
  return lines.map((line, index) => (isKept.has(index) ? line : '')).join('\n')
}
