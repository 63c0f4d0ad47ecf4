package tempo.tls;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Certificates and keys as text.
 *
 * <p>Source: RFC 7468; RFC 5208 (PKCS #8), RFC 8017 (PKCS #1), RFC 5915 (keys of elliptic curves).
 */
final class Pem {
    private static final Pattern PRIVATE_KEY =
            Pattern.compile("-----BEGIN ([A-Z ]*)PRIVATE KEY-----([^-]*)-----END \\1PRIVATE KEY-----");
    private static final int SEQUENCE = 0x30;
    private static final int OCTET_STRING = 0x04;
    private static final byte[] VERSION_0 = {2, 1, 0};

    private Pem() {}

    /** All certificates, of which there is one at least. */
    static List<Certificate> certificates(byte[] text) throws GeneralSecurityException, IOException {
        List<Certificate> certificates = List.copyOf(
                CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(text)));
        if (certificates.isEmpty()) {
            throw new IOException("it holds no certificate");
        }
        return certificates;
    }

    /** The first private key, which is {@code owner}'s. */
    static PrivateKey privateKey(byte[] text, PublicKey owner) throws GeneralSecurityException, IOException {
        Matcher key = PRIVATE_KEY.matcher(new String(text, StandardCharsets.ISO_8859_1));
        if (!key.find()) {
            throw new IOException("it holds no private key");
        }
        byte[] encoded;
        try {
            encoded = Base64.getMimeDecoder().decode(key.group(2));
        } catch (IllegalArgumentException e) {
            throw new IOException("its private key is not valid base64", e);
        }
        byte[] pkcs8 =
                switch (key.group(1)) {
                    case "" -> encoded;
                    case "RSA ", "EC " -> pkcs8(encoded, owner);
                    case "ENCRYPTED " -> throw new IOException("its private key is encrypted, which is not supported");
                    default ->
                        throw new IOException("its private key is of an unknown kind: "
                                + key.group(1).trim());
                };
        return KeyFactory.getInstance(owner.getAlgorithm()).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    }

    /** What the older forms leave out, algorithm and curve, stands in the public key. */
    private static byte[] pkcs8(byte[] key, PublicKey owner) throws IOException {
        ByteBuffer subject = ByteBuffer.wrap(owner.getEncoded());
        skipHeader(subject);
        int start = subject.position();
        int algorithmBytes = skipHeader(subject);
        byte[] algorithm = Arrays.copyOfRange(subject.array(), start, subject.position() + algorithmBytes);
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        content.write(VERSION_0);
        content.write(algorithm);
        content.write(der(OCTET_STRING, key));
        return der(SEQUENCE, content.toByteArray());
    }

    /** The length of what follows. */
    private static int skipHeader(ByteBuffer der) {
        der.get();
        int length = der.get() & 0xff;
        if (length < 0x80) {
            return length;
        }
        int bytes = length & 0x7f;
        length = 0;
        for (int i = 0; i < bytes; i++) {
            length = length << 8 | der.get() & 0xff;
        }
        return length;
    }

    /** Lengths have as few bytes as they can. */
    private static byte[] der(int tag, byte[] content) {
        int lengthBytes = 0;
        while (content.length >> 8 * lengthBytes > 0) {
            lengthBytes++;
        }
        boolean isShort = content.length < 0x80;
        ByteBuffer out = ByteBuffer.allocate(2 + (isShort ? 0 : lengthBytes) + content.length)
                .put((byte) tag)
                .put((byte) (isShort ? content.length : 0x80 | lengthBytes));
        for (int i = lengthBytes - 1; !isShort && i >= 0; i--) {
            out.put((byte) (content.length >> 8 * i));
        }
        return out.put(content).array();
    }
}
