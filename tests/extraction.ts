import { join } from 'node:path'
import type { CodeBlock } from './code-blocks.ts'
import { type Modules, writeModules } from './modules.ts'

/** Code blocks as modules. */
export interface Extraction extends Modules {
  readonly fileOf: (block: CodeBlock) => string
}

export function extract(blocks: readonly CodeBlock[]): Extraction {
  const modules = writeModules(new Map(blocks.map(block => [nameOf(block), block.module])))
  return { ...modules, fileOf: block => join(modules.folder, nameOf(block)) }
}

export function nameOf({ page, line }: CodeBlock): string {
  return `${page.replaceAll('/', '.')}.${line}.ts`
}
