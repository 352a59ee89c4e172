import { context, SpanKind, type Tracer, trace } from '@opentelemetry/api'
import type { FastifyInstance } from 'fastify'

/** A span for each request: those of its calls to others are its children. */
export function traceRequests(app: FastifyInstance, tracer: Tracer): void {
  app.addHook('onRequest', (request, reply, done) => {
    const span = tracer.startSpan(`${request.method} ${request.routeOptions.url ?? 'nothing'}`, {
      kind: SpanKind.SERVER,
    })
    reply.raw.once('close', () => {
      span.setAttribute('http.response.status_code', reply.statusCode)
      span.end()
    })
    context.with(trace.setSpan(context.active(), span), done)
  })
}
