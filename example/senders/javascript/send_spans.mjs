// Sends one trace by OTLP over HTTP, and prints its id. Run it as the README beside it says.
import { SpanKind, context, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';

const endpoint = process.env.OTEL_EXPORTER_OTLP_ENDPOINT ?? 'http://127.0.0.1:4318';
const exporter = new OTLPTraceExporter({ url: `${endpoint}/v1/traces` });
const provider = new NodeTracerProvider({
  resource: resourceFromAttributes({ 'service.name': 'javascript-sender' }),
  spanProcessors: [new BatchSpanProcessor(exporter)],
});
provider.register();
const tracer = provider.getTracer('example');

const order = tracer.startSpan('place order', { kind: SpanKind.SERVER, attributes: { 'order.items': 3 } });
context.with(trace.setSpan(context.active(), order), () => {
  const payment = tracer.startSpan('charge card', { kind: SpanKind.CLIENT });
  payment.addEvent('authorized', { 'card.brand': 'example' });
  payment.end();
});
order.end();

try {
  await provider.forceFlush();
} catch (failure) {
  console.error(`not sent: is a node running at ${endpoint}?`, failure);
  process.exit(1);
}
console.log(order.spanContext().traceId);
await provider.shutdown();
