import { useData } from 'vitepress'
import { type Component, defineComponent, h, onMounted, ref, watch } from 'vue'

let drawn = 0

/** A diagram written in Mermaid, drawn in the reader's browser in the colours of the theme; until then, its text. */
export const MermaidDiagram: Component = defineComponent({
  props: { source: { type: String, required: true } },
  setup(props) {
    const { isDark } = useData()
    const drawing = ref<string>()
    const text = decodeURIComponent(props.source)

    const draw = async (): Promise<void> => {
      const { default: mermaid } = await import('mermaid')
      mermaid.initialize({
        startOnLoad: false,
        theme: isDark.value ? 'dark' : 'neutral',
        fontFamily: 'inherit',
        sequence: { mirrorActors: false, actorMargin: 36, messageMargin: 30 },
        flowchart: { nodeSpacing: 14, rankSpacing: 28, padding: 8 },
      })
      drawn += 1
      const { svg } = await mermaid.render(`diagram-${drawn}`, text)
      drawing.value = legible(svg)
    }

    onMounted(() => {
      void draw()
      watch(isDark, () => void draw())
    })

    return () =>
      drawing.value === undefined
        ? h('pre', { class: 'diagram-text' }, text)
        : h('div', { class: 'diagram', role: 'img', innerHTML: drawing.value })
  },
})

/** A drawing shrinks to three fifths where there is little room, so that its words stay legible, and scrolls beyond that. */
function legible(svg: string): string {
  const [, width = '0'] = /viewBox="\S+ \S+ (\S+)/.exec(svg) ?? []
  return svg.replace('style="', `style="min-width: ${Math.round(Number(width) * 0.6)}px; `)
}
