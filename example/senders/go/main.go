// Sends one trace by OTLP over HTTP, and prints its id. Run it as the README beside it says.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	endpoint := os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT")
	if endpoint == "" {
		endpoint = "http://127.0.0.1:4318"
	}
	exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(endpoint+"/v1/traces"))
	if err != nil {
		log.Fatal(err)
	}
	provider := sdktrace.NewTracerProvider(
		sdktrace.WithResource(resource.NewSchemaless(attribute.String("service.name", "go-sender"))),
	)
	spans := &exported{exporter: exporter}
	provider.RegisterSpanProcessor(sdktrace.NewSimpleSpanProcessor(spans))
	tracer := provider.Tracer("example")

	ctx, order := tracer.Start(ctx, "place order",
		trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(attribute.Int("order.items", 3)))
	_, payment := tracer.Start(ctx, "charge card", trace.WithSpanKind(trace.SpanKindClient))
	payment.AddEvent("authorized", trace.WithAttributes(attribute.String("card.brand", "example")))
	payment.End()
	order.End()

	if err := provider.Shutdown(ctx); err != nil {
		log.Fatal(err)
	}
	if spans.failure != nil {
		log.Fatalf("not sent: is a node running at %s? %v", endpoint, spans.failure)
	}
	fmt.Println(order.SpanContext().TraceID())
}

// exported notes whether all was acknowledged: the SDK itself only logs it.
type exported struct {
	exporter sdktrace.SpanExporter
	failure  error
}

func (e *exported) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	err := e.exporter.ExportSpans(ctx, spans)
	if err != nil {
		e.failure = err
	}
	return err
}

func (e *exported) Shutdown(ctx context.Context) error {
	return e.exporter.Shutdown(ctx)
}
