"""OTLP as names and values, for people to read."""
import struct

from .wire import Bad, Bytes, need

MESSAGES = {name: {int(number): (field, type_) for number, field, type_ in (f.split(":") for f in fields.split())}
            for name, fields in {
    "TracesData": "1:resource_spans:ResourceSpans",
    "ResourceSpans": "1:resource:Resource 2:scope_spans:ScopeSpans 3:schema_url:text",
    "Resource": "1:attributes:KeyValue 2:dropped_attributes_count:int",
    "ScopeSpans": "1:scope:Scope 2:spans:Span 3:schema_url:text",
    "Scope": "1:name:text 2:version:text 3:attributes:KeyValue 4:dropped_attributes_count:int",
    "Span": "1:trace_id:hex 2:span_id:hex 3:trace_state:text 4:parent_span_id:hex 5:name:text 6:kind:int"
            " 7:start_time_unix_nano:int 8:end_time_unix_nano:int 9:attributes:KeyValue 10:dropped_attributes_count:int"
            " 11:events:Event 12:dropped_events_count:int 13:links:Link 14:dropped_links_count:int 15:status:Status 16:flags:int",
    "Event": "1:time_unix_nano:int 2:name:text 3:attributes:KeyValue 4:dropped_attributes_count:int",
    "Link": "1:trace_id:hex 2:span_id:hex 3:trace_state:text 4:attributes:KeyValue 5:dropped_attributes_count:int 6:flags:int",
    "Status": "2:message:text 3:code:int",
    "KeyValue": "1:key:text 2:value:AnyValue",
    "AnyValue": "1:string_value:text 2:bool_value:int 3:int_value:int 4:double_value:double 5:array_value:ArrayValue"
                " 6:kvlist_value:KeyValueList 7:bytes_value:hex",
    "ArrayValue": "1:values:AnyValue",
    "KeyValueList": "1:values:KeyValue",
}.items()}


def fields(data, message="TracesData"):
    """The fields of a message in their order, as (name, value); a value is a list if it is a message."""
    data, found = Bytes(data), []
    while data.at < len(data.data):
        tag = data.varint()
        name, kind = MESSAGES[message].get(tag >> 3, ("field %d" % (tag >> 3), None))
        wire = tag & 7
        if wire == 2:
            value = data.take(data.varint())
            value = value.decode("utf-8", "backslashreplace") if kind == "text" else within(value, kind)
        elif wire in (1, 5):
            raw = data.take(8 if wire == 1 else 4)
            value = struct.unpack("<d", raw)[0] if kind == "double" and wire == 1 else int.from_bytes(raw, "little")
        elif wire == 0:
            value = data.varint()
            value = value - (1 << 64) if name == "int_value" and value >> 63 else value
        else:
            need(wire in (3, 4), "wire type %d" % wire)
            name, value = "group %d" % (tag >> 3), "begin" if wire == 3 else "end"
        found.append((name, value))
    return found


def within(data, kind):
    """The fields of a message in a field; the bytes of what is none, or is broken, as hex digits."""
    try:
        return fields(data, kind) if kind in MESSAGES else data.hex()
    except Bad:
        return data.hex()


def json_of(found):
    """Fields as an object; one that stands several times is a list."""
    result = {}
    for name, value in found:
        result.setdefault(name, []).append(json_of(value) if isinstance(value, list) else value)
    return {name: values if len(values) > 1 else values[0] for name, values in result.items()}


def lines_of(found, indent="  "):
    for name, value in found:
        if isinstance(value, list):
            yield indent + name + " {"
            yield from lines_of(value, indent + "  ")
            yield indent + "}"
        else:
            yield "%s%s: %s" % (indent, name, value if isinstance(value, int) else repr(value))
