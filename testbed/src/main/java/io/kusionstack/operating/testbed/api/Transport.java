package io.kusionstack.operating.testbed.api;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import okhttp3.ConnectionPool;
import okhttp3.Dispatcher;
import okhttp3.OkHttpClient;
import okhttp3.Request;

/** HTTP clients that trust the connection's certificate and name its user. Safe for any thread. */
final class Transport {
    private static final Duration CALL = Duration.ofSeconds(60);
    private static final Duration PING = Duration.ofSeconds(10);
    private static final int REQUESTS = 1024;

    private final Connection connection;
    private final String userAgent;
    private final OkHttpClient base;

    Transport(Connection connection, String userAgent) {
        this.connection = connection;
        this.userAgent = userAgent;
        X509TrustManager trust = trust(connection);
        this.base = new OkHttpClient.Builder()
                .sslSocketFactory(tls(trust).getSocketFactory(), trust)
                .connectTimeout(Duration.ofSeconds(5))
                .followRedirects(false)
                .retryOnConnectionFailure(false)
                .build();
    }

    /** A client for plain requests; OkHttp's own limit of 5 requests a host is lifted. */
    OkHttpClient requests() {
        Dispatcher dispatcher = new Dispatcher();
        dispatcher.setMaxRequests(REQUESTS);
        dispatcher.setMaxRequestsPerHost(REQUESTS);
        return own(dispatcher)
                .callTimeout(CALL)
                .readTimeout(CALL)
                .retryOnConnectionFailure(true)
                .build();
    }

    /** A client for one watch: a connection nobody else uses, without a limit to its silence but with pings. */
    OkHttpClient stream() {
        return own(new Dispatcher())
                .readTimeout(Duration.ZERO)
                .pingInterval(PING)
                .build();
    }

    private OkHttpClient.Builder own(Dispatcher dispatcher) {
        return base.newBuilder().dispatcher(dispatcher).connectionPool(new ConnectionPool(5, 1, TimeUnit.MINUTES));
    }

    Request.Builder request(String path) {
        String server = connection.server().toString();
        String root = server.endsWith("/") ? server.substring(0, server.length() - 1) : server;
        return new Request.Builder()
                .url(root + path)
                .header("Authorization", "Bearer " + connection.token())
                .header("User-Agent", userAgent)
                .header("Accept", "application/json");
    }

    static void shut(OkHttpClient client) {
        client.dispatcher().cancelAll();
        client.dispatcher().executorService().shutdown();
        client.connectionPool().evictAll();
    }

    private static SSLContext tls(X509TrustManager trust) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, new X509TrustManager[] {trust}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK offers no TLS", e);
        }
    }

    private static X509TrustManager trust(Connection connection) {
        try (InputStream pem = Files.newInputStream(connection.caCertificate())) {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int count = 0;
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
                store.setCertificateEntry("server-" + count++, certificate);
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            return (X509TrustManager) factory.getTrustManagers()[0];
        } catch (IOException e) {
            throw new UncheckedIOException(connection.caCertificate() + " cannot be read; is the server up?", e);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    connection.caCertificate() + " holds no certificates in PEM; name the server's CA file", e);
        }
    }
}
