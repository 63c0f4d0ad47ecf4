package main

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"sync"

	coltrace "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	trace "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/encoding/protojson"
	pw "google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
)

// The corpus in the words of other protocols: what their own exporters would send of the same spans.
// It is translated before the first request is sent.

const packetSpans = 60 // of a datagram, which has at most 65,507 bytes

var translators = map[string]func(*trace.ResourceSpans) []byte{
	"zipkin-json": zipkinJSON, "zipkin-proto": zipkinProto, "jaeger-grpc": jaegerGrpc, "jaeger-thrift": jaegerThrift,
	"jaeger-udp": jaegerPacket, "opencensus": openCensus,
}

func (c *corpus) translate(to string) {
	if to == "grpc" || to == "http" {
		return
	}
	parts := make([][]request, len(c.reqs))
	var wg sync.WaitGroup
	for w := range 2 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := w; i < len(c.reqs); i += 2 {
				var m coltrace.ExportTraceServiceRequest
				check(proto.Unmarshal(c.reqs[i].buf, &m))
				parts[i] = translated(to, &m, c.reqs[i])
			}
		}()
	}
	wg.Wait()
	c.reqs, c.bytes = nil, 0
	for _, p := range parts {
		c.reqs = append(c.reqs, p...)
		for _, r := range p {
			c.bytes += int64(len(r.buf))
		}
	}
}

func translated(to string, m *coltrace.ExportTraceServiceRequest, r request) []request {
	if to == "http-json" {
		return []request{{buf: otlpJSON(m), spans: r.spans, at: r.at}}
	}
	rs := m.ResourceSpans[0] // a request is of one pod
	if to != "jaeger-udp" {
		return []request{{buf: translators[to](rs), spans: r.spans, at: r.at}}
	}
	var packets []request
	for _, ss := range rs.ScopeSpans {
		for from := 0; from < len(ss.Spans); from += packetSpans {
			part := ss.Spans[from:min(from+packetSpans, len(ss.Spans))]
			one := &trace.ResourceSpans{Resource: rs.Resource, ScopeSpans: []*trace.ScopeSpans{{Scope: ss.Scope, Spans: part}}}
			packets = append(packets, request{buf: jaegerPacket(one), spans: len(part), at: r.at})
		}
	}
	return packets
}

func serviceOf(rs *trace.ResourceSpans) string {
	for _, kv := range rs.Resource.Attributes {
		if kv.Key == "service.name" {
			return kv.Value.GetStringValue()
		}
	}
	return ""
}

func each(rs *trace.ResourceSpans, f func(*common.InstrumentationScope, *trace.Span)) {
	for _, ss := range rs.ScopeSpans {
		for _, s := range ss.Spans {
			f(ss.Scope, s)
		}
	}
}

var kinds = []string{"", "", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"}
var jaegerKinds = []string{"", "", "server", "client", "producer", "consumer"}

func text(v *common.AnyValue) string {
	switch x := v.Value.(type) {
	case *common.AnyValue_StringValue:
		return x.StringValue
	case *common.AnyValue_IntValue:
		return strconv.FormatInt(x.IntValue, 10)
	case *common.AnyValue_BoolValue:
		return strconv.FormatBool(x.BoolValue)
	case *common.AnyValue_DoubleValue:
		return strconv.FormatFloat(x.DoubleValue, 'g', -1, 64)
	}
	b, _ := protojson.Marshal(v)
	return string(b)
}

// otlpJSON is what protojson makes, but for ids, which OTLP has in hexadecimal.
func otlpJSON(m *coltrace.ExportTraceServiceRequest) []byte {
	b, err := protojson.MarshalOptions{UseEnumNumbers: true}.Marshal(m)
	check(err)
	var tree any
	check(json.Unmarshal(b, &tree))
	hexIDs(tree)
	b, err = json.Marshal(tree)
	check(err)
	return b
}

func hexIDs(v any) {
	switch x := v.(type) {
	case map[string]any:
		for k, e := range x {
			if id, ok := e.(string); ok && (k == "traceId" || k == "spanId" || k == "parentSpanId") {
				raw, err := base64.StdEncoding.DecodeString(id)
				check(err)
				x[k] = hex.EncodeToString(raw)
			} else {
				hexIDs(e)
			}
		}
	case []any:
		for _, e := range x {
			hexIDs(e)
		}
	}
}

// tags are what OpenTelemetry's exporters to Zipkin write.
func tags(scope *common.InstrumentationScope, s *trace.Span) map[string]string {
	t := map[string]string{"otel.scope.name": scope.Name, "otel.scope.version": scope.Version}
	for _, kv := range s.Attributes {
		t[kv.Key] = text(kv.Value)
	}
	switch s.Status.GetCode() {
	case trace.Status_STATUS_CODE_ERROR:
		t["otel.status_code"], t["error"] = "ERROR", s.Status.Message
	case trace.Status_STATUS_CODE_OK:
		t["otel.status_code"] = "OK"
	}
	return t
}

func annotation(e *trace.Span_Event) string {
	if len(e.Attributes) == 0 {
		return e.Name
	}
	m := map[string]string{}
	for _, kv := range e.Attributes {
		m[kv.Key] = text(kv.Value)
	}
	b, _ := json.Marshal(m)
	return fmt.Sprintf("%q:%s", e.Name, b)
}

func zipkinJSON(rs *trace.ResourceSpans) []byte {
	local := map[string]any{"serviceName": serviceOf(rs)}
	var spans []map[string]any
	each(rs, func(scope *common.InstrumentationScope, s *trace.Span) {
		z := map[string]any{"traceId": hex.EncodeToString(s.TraceId), "id": hex.EncodeToString(s.SpanId), "name": s.Name,
			"timestamp": s.StartTimeUnixNano / 1000, "duration": (s.EndTimeUnixNano - s.StartTimeUnixNano) / 1000,
			"localEndpoint": local, "tags": tags(scope, s)}
		if len(s.ParentSpanId) > 0 {
			z["parentId"] = hex.EncodeToString(s.ParentSpanId)
		}
		if k := kinds[s.Kind]; k != "" {
			z["kind"] = k
		}
		var as []map[string]any
		for _, e := range s.Events {
			as = append(as, map[string]any{"timestamp": e.TimeUnixNano / 1000, "value": annotation(e)})
		}
		if as != nil {
			z["annotations"] = as
		}
		spans = append(spans, z)
	})
	b, err := json.Marshal(spans)
	check(err)
	return b
}

func zipkinProto(rs *trace.ResourceSpans) (out []byte) {
	local := appendStr(nil, 1, serviceOf(rs))
	each(rs, func(scope *common.InstrumentationScope, s *trace.Span) {
		var b []byte
		b = appendMsg(b, 1, s.TraceId)
		if len(s.ParentSpanId) > 0 {
			b = appendMsg(b, 2, s.ParentSpanId)
		}
		b = appendMsg(b, 3, s.SpanId)
		if k := []uint64{0, 0, 2, 1, 3, 4}[s.Kind]; k != 0 {
			b = pw.AppendVarint(pw.AppendTag(b, 4, pw.VarintType), k)
		}
		b = appendStr(b, 5, s.Name)
		b = pw.AppendFixed64(pw.AppendTag(b, 6, pw.Fixed64Type), s.StartTimeUnixNano/1000)
		b = pw.AppendVarint(pw.AppendTag(b, 7, pw.VarintType), (s.EndTimeUnixNano-s.StartTimeUnixNano)/1000)
		b = appendMsg(b, 8, local)
		for _, e := range s.Events {
			a := pw.AppendFixed64(pw.AppendTag(nil, 1, pw.Fixed64Type), e.TimeUnixNano/1000)
			b = appendMsg(b, 10, appendStr(a, 2, annotation(e)))
		}
		for k, v := range tags(scope, s) {
			b = appendMsg(b, 11, appendStr(appendStr(nil, 1, k), 2, v))
		}
		out = appendMsg(out, 1, b)
	})
	return out
}

// jaegerTag is a tag of Jaeger's: a string, int64, float64 or bool.
type jaegerTag struct {
	key   string
	value any
}

func jaegerTags(kvs []*common.KeyValue) (t []jaegerTag) {
	for _, kv := range kvs {
		var v any
		switch x := kv.Value.Value.(type) {
		case *common.AnyValue_IntValue:
			v = x.IntValue
		case *common.AnyValue_BoolValue:
			v = x.BoolValue
		case *common.AnyValue_DoubleValue:
			v = x.DoubleValue
		default:
			v = text(kv.Value)
		}
		t = append(t, jaegerTag{kv.Key, v})
	}
	return t
}

func spanTags(scope *common.InstrumentationScope, s *trace.Span) []jaegerTag {
	t := jaegerTags(s.Attributes)
	if k := jaegerKinds[s.Kind]; k != "" {
		t = append(t, jaegerTag{"span.kind", k})
	}
	t = append(t, jaegerTag{"otel.scope.name", scope.Name}, jaegerTag{"otel.scope.version", scope.Version})
	if s.Status.GetCode() == trace.Status_STATUS_CODE_ERROR {
		t = append(t, jaegerTag{"otel.status_code", "ERROR"}, jaegerTag{"error", true}, jaegerTag{"otel.status_description", s.Status.Message})
	}
	return t
}

func logFields(e *trace.Span_Event) []jaegerTag {
	return append([]jaegerTag{{"event", e.Name}}, jaegerTags(e.Attributes)...)
}

func processTags(rs *trace.ResourceSpans) (t []jaegerTag) {
	for _, tag := range jaegerTags(rs.Resource.Attributes) {
		if tag.key != "service.name" {
			t = append(t, tag)
		}
	}
	return t
}

func appendTagProto(b []byte, field pw.Number, t jaegerTag) []byte {
	m := appendStr(nil, 1, t.key)
	switch v := t.value.(type) {
	case string:
		m = appendStr(m, 3, v)
	case bool:
		m = pw.AppendVarint(pw.AppendTag(m, 2, pw.VarintType), 1)
		m = pw.AppendVarint(pw.AppendTag(m, 4, pw.VarintType), pw.EncodeBool(v))
	case int64:
		m = pw.AppendVarint(pw.AppendTag(m, 2, pw.VarintType), 2)
		m = pw.AppendVarint(pw.AppendTag(m, 5, pw.VarintType), uint64(v))
	case float64:
		m = pw.AppendVarint(pw.AppendTag(m, 2, pw.VarintType), 3)
		m = pw.AppendFixed64(pw.AppendTag(m, 6, pw.Fixed64Type), math.Float64bits(v))
	}
	return appendMsg(b, field, m)
}

func appendTime(b []byte, field pw.Number, nanos uint64) []byte {
	m := pw.AppendVarint(pw.AppendTag(nil, 1, pw.VarintType), nanos/1e9)
	return appendMsg(b, field, pw.AppendVarint(pw.AppendTag(m, 2, pw.VarintType), nanos%1e9))
}

func jaegerGrpc(rs *trace.ResourceSpans) []byte {
	var batch []byte
	each(rs, func(scope *common.InstrumentationScope, s *trace.Span) {
		b := appendStr(appendMsg(appendMsg(nil, 1, s.TraceId), 2, s.SpanId), 3, s.Name)
		if len(s.ParentSpanId) > 0 {
			b = appendMsg(b, 4, appendMsg(appendMsg(nil, 1, s.TraceId), 2, s.ParentSpanId))
		}
		for _, l := range s.Links {
			r := appendMsg(appendMsg(nil, 1, l.TraceId), 2, l.SpanId)
			b = appendMsg(b, 4, pw.AppendVarint(pw.AppendTag(r, 3, pw.VarintType), 1))
		}
		b = pw.AppendVarint(pw.AppendTag(b, 5, pw.VarintType), 1)
		b = appendTime(b, 6, s.StartTimeUnixNano)
		b = appendTime(b, 7, s.EndTimeUnixNano-s.StartTimeUnixNano)
		for _, t := range spanTags(scope, s) {
			b = appendTagProto(b, 8, t)
		}
		for _, e := range s.Events {
			l := appendTime(nil, 1, e.TimeUnixNano)
			for _, t := range logFields(e) {
				l = appendTagProto(l, 2, t)
			}
			b = appendMsg(b, 9, l)
		}
		batch = appendMsg(batch, 1, b)
	})
	p := appendStr(nil, 1, serviceOf(rs))
	for _, t := range processTags(rs) {
		p = appendTagProto(p, 2, t)
	}
	return appendMsg(nil, 1, appendMsg(batch, 2, p))
}

// ---- Thrift's binary protocol ----

const (
	tBool, tDouble, tI32, tI64, tString, tStruct, tList = 2, 4, 8, 10, 11, 12, 15
)

var be = binary.BigEndian

func tField(b []byte, typ byte, id uint16) []byte { return be.AppendUint16(append(b, typ), id) }
func tText(b []byte, s string) []byte             { return append(be.AppendUint32(b, uint32(len(s))), s...) }
func tLong(b []byte, id uint16, v uint64) []byte  { return be.AppendUint64(tField(b, tI64, id), v) }
func tListOf(b []byte, id uint16, n int) []byte {
	return be.AppendUint32(append(tField(b, tList, id), tStruct), uint32(n))
}

func appendTagsThrift(b []byte, id uint16, tags []jaegerTag) []byte {
	b = tListOf(b, id, len(tags))
	for _, t := range tags {
		b = tText(tField(b, tString, 1), t.key)
		switch v := t.value.(type) {
		case string:
			b = be.AppendUint32(tField(b, tI32, 2), 0)
			b = tText(tField(b, tString, 3), v)
		case float64:
			b = be.AppendUint32(tField(b, tI32, 2), 1)
			b = be.AppendUint64(tField(b, tDouble, 4), math.Float64bits(v))
		case bool:
			b = be.AppendUint32(tField(b, tI32, 2), 2)
			b = append(tField(b, tBool, 5), byte(pw.EncodeBool(v)))
		case int64:
			b = be.AppendUint32(tField(b, tI32, 2), 3)
			b = tLong(b, 6, uint64(v))
		}
		b = append(b, 0)
	}
	return b
}

func jaegerThrift(rs *trace.ResourceSpans) []byte {
	b := tField(nil, tStruct, 1)
	b = tText(tField(b, tString, 1), serviceOf(rs))
	b = append(appendTagsThrift(b, 2, processTags(rs)), 0)
	n := 0
	each(rs, func(*common.InstrumentationScope, *trace.Span) { n++ })
	b = tListOf(b, 2, n)
	each(rs, func(scope *common.InstrumentationScope, s *trace.Span) {
		b = tLong(b, 1, be.Uint64(s.TraceId[8:]))
		b = tLong(b, 2, be.Uint64(s.TraceId[:8]))
		b = tLong(b, 3, be.Uint64(s.SpanId))
		parent := uint64(0)
		if len(s.ParentSpanId) == 8 {
			parent = be.Uint64(s.ParentSpanId)
		}
		b = tLong(b, 4, parent)
		b = tText(tField(b, tString, 5), s.Name)
		b = tListOf(b, 6, len(s.Links))
		for _, l := range s.Links {
			b = be.AppendUint32(tField(b, tI32, 1), 1)
			b = tLong(b, 2, be.Uint64(l.TraceId[8:]))
			b = tLong(b, 3, be.Uint64(l.TraceId[:8]))
			b = append(tLong(b, 4, be.Uint64(l.SpanId)), 0)
		}
		b = be.AppendUint32(tField(b, tI32, 7), 1)
		b = tLong(b, 8, s.StartTimeUnixNano/1000)
		b = tLong(b, 9, (s.EndTimeUnixNano-s.StartTimeUnixNano)/1000)
		b = appendTagsThrift(b, 10, spanTags(scope, s))
		b = tListOf(b, 11, len(s.Events))
		for _, e := range s.Events {
			b = append(appendTagsThrift(tLong(b, 1, e.TimeUnixNano/1000), 2, logFields(e)), 0)
		}
		b = append(b, 0)
	})
	return append(b, 0)
}

// jaegerPacket is a call of the agent's emitBatch, one way.
func jaegerPacket(rs *trace.ResourceSpans) []byte {
	b := be.AppendUint32(nil, 0x80010004)
	b = be.AppendUint32(tText(b, "emitBatch"), 0)
	return append(append(tField(b, tStruct, 1), jaegerThrift(rs)...), 0)
}

// ---- OpenCensus ----

func ocText(b []byte, field pw.Number, s string) []byte {
	return appendMsg(b, field, appendStr(nil, 1, s))
}

func ocAttributes(b []byte, field pw.Number, kvs []*common.KeyValue) []byte {
	var m []byte
	for _, kv := range kvs {
		var v []byte
		switch x := kv.Value.Value.(type) {
		case *common.AnyValue_IntValue:
			v = pw.AppendVarint(pw.AppendTag(nil, 2, pw.VarintType), uint64(x.IntValue))
		case *common.AnyValue_BoolValue:
			v = pw.AppendVarint(pw.AppendTag(nil, 3, pw.VarintType), pw.EncodeBool(x.BoolValue))
		case *common.AnyValue_DoubleValue:
			v = pw.AppendFixed64(pw.AppendTag(nil, 4, pw.Fixed64Type), math.Float64bits(x.DoubleValue))
		default:
			v = ocText(nil, 1, text(kv.Value))
		}
		m = appendMsg(m, 1, appendMsg(appendStr(nil, 1, kv.Key), 2, v))
	}
	return appendMsg(b, field, m)
}

// openCensus says the node in each message: on a stream that pods share it changes.
func openCensus(rs *trace.ResourceSpans) []byte {
	var labels []byte
	for _, kv := range rs.Resource.Attributes {
		labels = appendMsg(labels, 2, appendStr(appendStr(nil, 1, kv.Key), 2, text(kv.Value)))
	}
	out := appendMsg(nil, 1, appendMsg(nil, 3, appendStr(nil, 1, serviceOf(rs))))
	each(rs, func(scope *common.InstrumentationScope, s *trace.Span) {
		b := appendMsg(appendMsg(nil, 1, s.TraceId), 2, s.SpanId)
		if len(s.ParentSpanId) > 0 {
			b = appendMsg(b, 3, s.ParentSpanId)
		}
		b = ocText(b, 4, s.Name)
		b = appendTime(b, 5, s.StartTimeUnixNano)
		b = appendTime(b, 6, s.EndTimeUnixNano)
		b = ocAttributes(b, 7, s.Attributes)
		if len(s.Events) > 0 {
			var events []byte
			for _, e := range s.Events {
				a := ocAttributes(ocText(nil, 1, e.Name), 2, e.Attributes)
				events = appendMsg(events, 1, appendMsg(appendTime(nil, 1, e.TimeUnixNano), 2, a))
			}
			b = appendMsg(b, 9, events)
		}
		if s.Status.GetCode() == trace.Status_STATUS_CODE_ERROR {
			m := pw.AppendVarint(pw.AppendTag(nil, 1, pw.VarintType), 2)
			b = appendMsg(b, 11, appendStr(m, 2, s.Status.Message))
		}
		if k := []uint64{0, 0, 1, 2, 0, 0}[s.Kind]; k != 0 {
			b = pw.AppendVarint(pw.AppendTag(b, 14, pw.VarintType), k)
		}
		out = appendMsg(out, 2, b)
	})
	return appendMsg(out, 3, labels)
}
