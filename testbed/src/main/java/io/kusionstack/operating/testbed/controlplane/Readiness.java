package io.kusionstack.operating.testbed.controlplane;

import io.kusionstack.operating.testbed.api.Connection;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Asks an API server whether it has something, without a client to set up. */
final class Readiness {
    private static final int LIMIT_MILLIS = 2_000;

    private Readiness() {}

    /** Whether a GET of the path is answered with 200. */
    static boolean answers(Connection connection, String path) {
        if (!Files.exists(connection.caCertificate())) {
            return false;
        }
        try {
            HttpsURLConnection request = (HttpsURLConnection)
                    connection.server().resolve(path).toURL().openConnection();
            request.setSSLSocketFactory(trusting(connection).getSocketFactory());
            request.setConnectTimeout(LIMIT_MILLIS);
            request.setReadTimeout(LIMIT_MILLIS);
            request.setRequestProperty("Authorization", "Bearer " + connection.token());
            request.setRequestProperty("User-Agent", "testbed");
            boolean answered = request.getResponseCode() == HttpURLConnection.HTTP_OK;
            request.disconnect();
            return answered;
        } catch (IOException | GeneralSecurityException notYet) {
            return false;
        }
    }

    /** Whether something listens on a loopback port and answers HTTP. */
    static boolean answersHttp(int port) {
        try {
            HttpURLConnection request = (HttpURLConnection)
                    URI.create("http://127.0.0.1:" + port + "/version").toURL().openConnection();
            request.setConnectTimeout(LIMIT_MILLIS);
            request.setReadTimeout(LIMIT_MILLIS);
            boolean answered = request.getResponseCode() == HttpURLConnection.HTTP_OK;
            request.disconnect();
            return answered;
        } catch (IOException notYet) {
            return false;
        }
    }

    private static SSLContext trusting(Connection connection) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream file = Files.newInputStream(connection.caCertificate())) {
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(file)) {
                store.setCertificateEntry("certificate-" + store.size(), certificate);
            }
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
