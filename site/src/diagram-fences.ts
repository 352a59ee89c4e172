import type { MarkdownRenderer } from 'vitepress'

/** Hands fences of Mermaid to the component that draws them; its text is there for search engines and without scripts. */
export function diagramFences(renderer: MarkdownRenderer): void {
  const renderFence = renderer.renderer.rules.fence
  renderer.renderer.rules.fence = (tokens, index, options, env, self) => {
    const token = tokens[index]
    if (token?.info.trim() !== 'mermaid') return renderFence?.(tokens, index, options, env, self) ?? ''
    return `<MermaidDiagram source="${encodeURIComponent(token.content)}" />`
  }
}
