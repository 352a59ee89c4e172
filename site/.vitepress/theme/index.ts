import DefaultTheme from 'vitepress/theme'
import { MermaidDiagram } from './mermaid-diagram.ts'
import './theme.css'

export default {
  extends: DefaultTheme,
  enhanceApp: ({ app }: { app: import('vue').App }) => {
    app.component('MermaidDiagram', MermaidDiagram)
  },
}
