package tempo.format;

/** A foreign format to OTLP. */
@FunctionalInterface
public interface Translation {
    /**
     * Translates {@code bytes[offset..offset + length)}.
     *
     * @param bytesMax most bytes of what comes out: a small request could become a large one
     * @return an {@code ExportTraceServiceRequest}
     * @throws FormatException if the bytes are not in this format, or become too many: none of it is translated
     */
    byte[] toOtlp(byte[] bytes, int offset, int length, long bytesMax) throws FormatException;
}
