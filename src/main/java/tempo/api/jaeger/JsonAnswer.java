package tempo.api.jaeger;

import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.StatusCode;
import akka.http.javadsl.model.StatusCodes;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import tempo.format.FormatException;

/** What Jaeger's query service puts round its data. Stateless. */
final class JsonAnswer {
    private static final JsonFactory JSON = new JsonFactory();

    private JsonAnswer() {}

    /** Writes what is between the brackets of {@code data}; returns how many elements there are. */
    interface Elements {
        int write(JsonGenerator out) throws IOException, FormatException;
    }

    /**
     * An answer; that there is nothing is none where something could not be asked.
     *
     * @param missing what it may lack, in a sentence each: as errors beside the data
     */
    static HttpResponse of(boolean pretty, List<String> missing, Elements elements) throws FormatException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator out = JSON.createGenerator(bytes)) {
            if (pretty) {
                out.useDefaultPrettyPrinter();
            }
            out.writeStartObject();
            out.writeArrayFieldStart("data");
            int total = elements.write(out);
            if (total == 0 && !missing.isEmpty()) {
                return error(StatusCodes.SERVICE_UNAVAILABLE, String.join("; ", missing));
            }
            out.writeEndArray();
            end(out, total, missing, StatusCodes.PARTIAL_CONTENT.intValue());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return response(StatusCodes.OK, bytes);
    }

    static HttpResponse error(StatusCode status, String sentence) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator out = JSON.createGenerator(bytes)) {
            out.writeStartObject();
            out.writeNullField("data");
            end(out, 0, List.of(sentence), status.intValue());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return response(status, bytes);
    }

    private static void end(JsonGenerator out, int total, List<String> errors, int code) throws IOException {
        out.writeNumberField("total", total);
        out.writeNumberField("limit", 0);
        out.writeNumberField("offset", 0);
        if (errors.isEmpty()) {
            out.writeNullField("errors");
        } else {
            out.writeArrayFieldStart("errors");
            for (String each : errors) {
                out.writeStartObject();
                out.writeNumberField("code", code);
                out.writeStringField("msg", each);
                out.writeEndObject();
            }
            out.writeEndArray();
        }
        out.writeEndObject();
    }

    private static HttpResponse response(StatusCode status, ByteArrayOutputStream bytes) {
        return HttpResponse.create()
                .withStatus(status)
                .withEntity(HttpEntities.create(ContentTypes.APPLICATION_JSON, bytes.toByteArray()));
    }
}
