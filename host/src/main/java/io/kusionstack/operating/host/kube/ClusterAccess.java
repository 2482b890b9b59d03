package io.kusionstack.operating.host.kube;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.okhttp.OkHttpClientFactory;
import io.fabric8.kubernetes.client.okhttp.OkHttpClientImpl;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import okhttp3.ConnectionPool;
import okhttp3.Dispatcher;
import okhttp3.OkHttpClient;

/**
 * The address of the API server and the identity of the host there; the only class that reads a kubeconfig or a service account. Makes
 * connections, each caller's its own: a watch that shares one with writes lags by seconds. Any thread.
 *
 * <pre>{@code
 * ClusterAccess access = ClusterAccess.automatic("operating/1.0.0");
 * }</pre>
 */
public final class ClusterAccess {
    private static final int REQUESTS = 1024;
    private static final Duration PING = Duration.ofSeconds(10);
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration CONNECT = Duration.ofSeconds(5);

    private final Config config;
    private final String userAgent;
    private final Duration requestTimeout;

    private ClusterAccess(Config config, String userAgent, Duration requestTimeout) {
        this.config = new ConfigBuilder(config)
                .withUserAgent(userAgent)
                .withRequestRetryBackoffLimit(0)
                .withWatchReconnectLimit(-1)
                .withWebsocketPingInterval(PING.toMillis())
                .build();
        this.userAgent = userAgent;
        this.requestTimeout = requestTimeout;
    }

    /** As kubectl would, or from the service account of the Pod this runs in. */
    public static ClusterAccess automatic(String userAgent) {
        return new ClusterAccess(Config.autoConfigure(null), userAgent, REQUEST_TIMEOUT);
    }

    /** The current context of a kubeconfig file. */
    public static ClusterAccess kubeconfig(Path file, String userAgent) {
        return new ClusterAccess(Config.fromKubeconfig(file.toFile()), userAgent, REQUEST_TIMEOUT);
    }

    /** The same with another limit for one request; without this it is 10 s. */
    public ClusterAccess withRequestTimeout(Duration limit) {
        return new ClusterAccess(config, userAgent, limit);
    }

    /** How long one request to the API server may take, on both sides. */
    public Duration requestTimeout() {
        return requestTimeout;
    }

    /** The base address, ending in a slash. */
    public String server() {
        String url = config.getMasterUrl();
        return url.endsWith("/") ? url : url + "/";
    }

    /**
     * A client with connections of its own, certificates verified.
     *
     * @param silence how long the server may say nothing before a request fails
     */
    public OkHttpClient http(Duration silence) {
        HttpClient.Factory factory = new OkHttpClientFactory();
        HttpClient fabric8 = factory.newBuilder(config).build();
        if (!(fabric8 instanceof OkHttpClientImpl impl)) {
            throw new IllegalStateException("not the HTTP client that was named: " + fabric8.getClass());
        }
        Dispatcher dispatcher = new Dispatcher();
        dispatcher.setMaxRequests(REQUESTS);
        dispatcher.setMaxRequestsPerHost(REQUESTS);
        OkHttpClient client = impl.getOkHttpClient();
        return client.newBuilder()
                .dispatcher(dispatcher)
                .connectionSpecs(Ciphers.cheapestFirst(client.connectionSpecs()))
                .connectionPool(new ConnectionPool(5, 5, TimeUnit.MINUTES))
                .connectTimeout(CONNECT)
                .readTimeout(silence)
                .writeTimeout(silence)
                .pingInterval(PING)
                .retryOnConnectionFailure(false)
                .followRedirects(false)
                .addInterceptor(new Credentials(config, userAgent))
                .build();
    }

    /** A client of fabric8 for informers; its own tries again are off. The caller closes it. */
    public KubernetesClient fabric8() {
        return new KubernetesClientBuilder()
                .withHttpClientFactory(new OkHttpClientFactory())
                .withKubernetesSerialization(serialization())
                .withConfig(config)
                .build();
    }

    /** Reads every object that an API server may hold. */
    static KubernetesSerialization serialization() {
        ObjectMapper mapper = new ObjectMapper(ApiResponse.jsonFactory());
        KubernetesSerialization serialization = new KubernetesSerialization(mapper, true);
        // after the modules of fabric8, so that it counts before them
        mapper.registerModule(new SaturatingNumbers());
        return serialization;
    }

    /** Ends all connections of a client made here. */
    public static void shut(OkHttpClient client) {
        client.dispatcher().cancelAll();
        client.dispatcher().executorService().shutdown();
        client.connectionPool().evictAll();
    }
}
