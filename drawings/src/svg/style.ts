/**
 * Each drawing brings its own paper, so that it can be read whatever is around it. Blue and orange are told apart by
 * all readers; what they mean is said by a shape or a texture besides.
 */
export const style = `
.paper { fill: #ffffff; stroke: #d0d7de }
text { font: 13px system-ui, -apple-system, 'Segoe UI', sans-serif; fill: #1f2328 }
.title { font-size: 15px; font-weight: 600 }
.heading { font-weight: 600 }
.quiet { fill: #59636e }
.on-fill { fill: #ffffff }
.grid { stroke: #e3e7eb }
.axis { stroke: #818b98 }
.limit { stroke: #1f2328; stroke-width: 1.5; stroke-dasharray: 5 3; fill: none }
.good { fill: #0969da }
.bad { fill: #c2410c }
.third { fill: #818b98 }
.cut { fill: #ffffff; stroke: #c2410c; stroke-width: 1.5 }
.stripe { fill: #c2410c }
.hatched { fill: url(#hatching); stroke: #c2410c; stroke-width: 1.5 }
.waiting { fill: none; stroke: #818b98; stroke-width: 1.5; stroke-dasharray: 3 3 }
.band { fill: #0969da; fill-opacity: 0.2 }
.line { fill: none; stroke: #0969da; stroke-width: 2 }
.line-other { fill: none; stroke: #c2410c; stroke-width: 2; stroke-dasharray: 6 3 }
.glyph { fill: none; stroke: #1f2328; stroke-width: 1.8 }
.glyph-on-fill { fill: none; stroke: #ffffff; stroke-width: 1.8 }
.glyph-good { fill: none; stroke: #0969da; stroke-width: 1.8 }
.glyph-bad { fill: none; stroke: #c2410c; stroke-width: 1.8 }
@media (prefers-color-scheme: dark) {
  .paper { fill: #0d1117; stroke: #3d444d }
  text { fill: #f0f6fc }
  .quiet { fill: #9198a1 }
  .on-fill { fill: #0d1117 }
  .grid { stroke: #262c36 }
  .axis { stroke: #9198a1 }
  .limit { stroke: #f0f6fc }
  .good { fill: #4493f8 }
  .bad { fill: #f0883e }
  .third { fill: #9198a1 }
  .cut { fill: #0d1117; stroke: #f0883e }
  .stripe { fill: #f0883e }
  .hatched { stroke: #f0883e }
  .waiting { stroke: #9198a1 }
  .band { fill: #4493f8; fill-opacity: 0.3 }
  .line { stroke: #4493f8 }
  .line-other { stroke: #f0883e }
  .glyph { stroke: #f0f6fc }
  .glyph-on-fill { stroke: #0d1117 }
  .glyph-good { stroke: #4493f8 }
  .glyph-bad { stroke: #f0883e }
}
`
