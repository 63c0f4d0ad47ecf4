"""Sends one trace by OTLP over HTTP, and prints its id. Run it as the README beside it says."""

import os
import sys

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExportResult

endpoint = os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")


class Noting(OTLPSpanExporter):
    """Notes whether all was acknowledged: the SDK itself only logs it."""

    acknowledged = True

    def export(self, spans):
        result = super().export(spans)
        self.acknowledged &= result is SpanExportResult.SUCCESS
        return result


exporter = Noting(endpoint=endpoint + "/v1/traces", timeout=10)
provider = TracerProvider(resource=Resource.create({"service.name": "python-sender"}))
provider.add_span_processor(SimpleSpanProcessor(exporter))
tracer = provider.get_tracer("example")

with tracer.start_as_current_span("place order", kind=trace.SpanKind.SERVER) as order:
    order.set_attribute("order.items", 3)
    with tracer.start_as_current_span("charge card", kind=trace.SpanKind.CLIENT) as payment:
        payment.add_event("authorized", {"card.brand": "example"})

provider.shutdown()
if not exporter.acknowledged:
    sys.exit(f"not sent: is a node running at {endpoint}?")
print(trace.format_trace_id(order.get_span_context().trace_id))
