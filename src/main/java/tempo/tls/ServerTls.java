package tempo.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/**
 * The certificate of a port, and whom its clients must be vouched for by. New connections use what was read last; those that are open keep
 * what they began with. Thread-safe.
 */
public final class ServerTls {
    private static final char[] NO_PASSWORD = {};

    private final TlsConfig config;
    private volatile Loaded loaded;

    /** @param files what was in them, to see whether they have changed */
    private record Loaded(SSLContext context, X509Certificate own, List<byte[]> files) {
        boolean isOf(List<byte[]> others) {
            boolean same = files.size() == others.size();
            for (int i = 0; same && i < files.size(); i++) {
                same = Arrays.equals(files.get(i), others.get(i));
            }
            return same;
        }
    }

    private ServerTls(TlsConfig config, Loaded loaded) {
        this.config = config;
        this.loaded = loaded;
    }

    /**
     * Reads the files, which blocks.
     *
     * @param config with TLS on
     * @throws IOException with a sentence that names the file, if one cannot be read or they do not belong together
     */
    public static ServerTls load(TlsConfig config) throws IOException {
        return new ServerTls(config, load(config, read(config)));
    }

    /**
     * Reads the files again, which blocks.
     *
     * @return whether something has changed
     * @throws IOException as {@link #load(TlsConfig)} does; what was read before stays in use
     */
    public boolean reload() throws IOException {
        List<byte[]> files = read(config);
        if (loaded.isOf(files)) {
            return false;
        }
        loaded = load(config, files);
        return true;
    }

    /** When the certificate ends. */
    public Instant validUntil() {
        return loaded.own().getNotAfter().toInstant();
    }

    /** For one connection to a port with the same files, whose other end must be vouched for by the same authority. */
    public SSLEngine clientEngine() {
        SSLEngine engine = loaded.context().createSSLEngine();
        engine.setUseClientMode(true);
        return engine;
    }

    /**
     * Whether a connection's other end is one of ours: it was vouched for, and its certificate is for a name that the own one is for too.
     *
     * @return what is wrong; empty if nothing is
     */
    public Optional<String> peerIsOther(SSLSession session) {
        try {
            Set<String> theirs = SubjectNames.of((X509Certificate) session.getPeerCertificates()[0]);
            Set<String> own = SubjectNames.of(loaded.own());
            return Collections.disjoint(theirs, own)
                    ? Optional.of("certificate of the other end is for " + theirs + ", of which none is among " + own)
                    : Optional.empty();
        } catch (SSLPeerUnverifiedException e) {
            return Optional.of("other end has no certificate");
        }
    }

    /** For one connection. */
    public SSLEngine engine() {
        SSLEngine engine = loaded.context().createSSLEngine();
        engine.setUseClientMode(false);
        if (!config.clientCaFile().isEmpty()) {
            engine.setNeedClientAuth(true);
        }
        return engine;
    }

    private static List<byte[]> read(TlsConfig config) throws IOException {
        return List.of(
                read("certificate-file", config.certificateFile()),
                read("key-file", config.keyFile()),
                config.clientCaFile().isEmpty() ? new byte[0] : read("client-ca-file", config.clientCaFile()));
    }

    static byte[] read(String key, String file) throws IOException {
        try {
            return Files.readAllBytes(Path.of(file));
        } catch (NoSuchFileException e) {
            throw new IOException(key + " " + file + " does not exist", e);
        } catch (IOException e) {
            throw new IOException(key + " " + file + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static Loaded load(TlsConfig config, List<byte[]> files) throws IOException {
        List<Certificate> chain =
                parsed("certificate-file", config.certificateFile(), () -> Pem.certificates(files.get(0)));
        PrivateKey key = privateKey(
                config.keyFile(),
                files.get(1),
                config.certificateFile(),
                chain.get(0).getPublicKey());
        try {
            TrustManager[] trust = config.clientCaFile().isEmpty()
                    ? new TrustManager[0]
                    : parsed("client-ca-file", config.clientCaFile(), () -> trusting(Pem.certificates(files.get(2))));
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keyManagers(key, chain), trust, new SecureRandom());
            return new Loaded(context, (X509Certificate) chain.get(0), files);
        } catch (GeneralSecurityException e) {
            throw new IOException(
                    "certificate-file " + config.certificateFile() + " cannot be used: " + e.getMessage(), e);
        }
    }

    private static KeyManager[] keyManagers(PrivateKey key, List<Certificate> chain)
            throws GeneralSecurityException, IOException {
        KeyStore own = empty();
        own.setKeyEntry("own", key, NO_PASSWORD, chain.toArray(new Certificate[0]));
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own, NO_PASSWORD);
        return keys.getKeyManagers();
    }

    /** Those who show a certificate, whose key has to be its own. */
    static KeyManager[] keyManagers(String certificateFile, String keyFile) throws IOException {
        byte[] certificates = read("certificate-file", certificateFile);
        List<Certificate> chain = parsed("certificate-file", certificateFile, () -> Pem.certificates(certificates));
        PrivateKey key = privateKey(
                keyFile,
                read("key-file", keyFile),
                certificateFile,
                chain.get(0).getPublicKey());
        return parsed("certificate-file", certificateFile, () -> keyManagers(key, chain));
    }

    private static PrivateKey privateKey(String keyFile, byte[] text, String certificateFile, PublicKey owner)
            throws IOException {
        return parsed("key-file", keyFile, () -> {
            PrivateKey read = Pem.privateKey(text, owner);
            if (!belongs(read, owner)) {
                throw new IOException("its key is not that of the certificate in " + certificateFile);
            }
            return read;
        });
    }

    /** Those who trust whom the authorities in a file vouch for. */
    static TrustManager[] trusting(String caFile) throws IOException {
        byte[] authorities = read("ca-file", caFile);
        return parsed("ca-file", caFile, () -> trusting(Pem.certificates(authorities)));
    }

    private interface Parser<T> {
        T parse() throws GeneralSecurityException, IOException;
    }

    private static <T> T parsed(String key, String file, Parser<T> parser) throws IOException {
        try {
            return parser.parse();
        } catch (GeneralSecurityException | IOException e) {
            throw new IOException(key + " " + file + " cannot be used, it must be PEM: " + e.getMessage(), e);
        }
    }

    private static KeyStore empty() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static TrustManager[] trusting(List<Certificate> authorities) throws GeneralSecurityException, IOException {
        KeyStore trusted = empty();
        for (int i = 0; i < authorities.size(); i++) {
            trusted.setCertificateEntry("authority-" + i, authorities.get(i));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        return trust.getTrustManagers();
    }

    /** Otherwise each handshake would fail, and only the clients would know why. */
    private static boolean belongs(PrivateKey key, PublicKey owner) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(
                switch (owner.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    default -> owner.getAlgorithm();
                });
        byte[] text = {1};
        signature.initSign(key);
        signature.update(text);
        byte[] signed = signature.sign();
        signature.initVerify(owner);
        signature.update(text);
        return signature.verify(signed);
    }
}
