package io.kusionstack.operating.plugins.slb;

import com.aliyuncs.exceptions.ClientException;
import com.aliyuncs.http.CallBack;
import com.aliyuncs.http.FormatType;
import com.aliyuncs.http.HttpClientConfig;
import com.aliyuncs.http.HttpRequest;
import com.aliyuncs.http.HttpResponse;
import com.aliyuncs.http.IHttpClient;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Sends the SDK's signed requests with the JDK's HTTP client: once each, whatever happens, with the time limit of the request.
 * The SDK makes it by name and hands it the client among the configuration's parameters. Its exceptions hold no address.
 */
public final class JdkTransport extends IHttpClient {
    /** Under this name the configuration holds the {@link HttpClient}. */
    static final String CLIENT = "operating.client";

    // the JDK sets these itself
    private static final Set<String> RESTRICTED = Set.of("connection", "content-length", "expect", "host", "upgrade");
    private static final int SECONDS = 1_000;

    /** Called by the SDK. */
    public JdkTransport(HttpClientConfig config) throws ClientException {
        super(config);
    }

    @Override
    protected void init(HttpClientConfig config) {
        if (!(config.getExtParam(CLIENT) instanceof HttpClient)) {
            throw new IllegalStateException("the configuration holds no HTTP client");
        }
    }

    @Override
    public HttpResponse syncInvoke(HttpRequest request) throws IOException {
        CompletableFuture<java.net.http.HttpResponse<byte[]>> answer =
                client().sendAsync(converted(request), BodyHandlers.ofByteArray());
        Integer limit = request.getSysReadTimeout();
        try {
            return converted(answer.get(limit == null ? 10 * SECONDS : limit, TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw new SocketTimeoutException("no answer in time");
        } catch (InterruptedException e) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        } catch (ExecutionException e) {
            throw new IOException("no answer");
        }
    }

    @Override
    public Future<HttpResponse> asyncInvoke(HttpRequest request, CallBack callBack) {
        throw new UnsupportedOperationException("nobody calls the load balancer's API this way");
    }

    /** Certificates are always checked. */
    @Override
    @Deprecated
    public void ignoreSSLCertificate() {
        throw new UnsupportedOperationException("certificates are always checked");
    }

    @Override
    @Deprecated
    public void restoreSSLCertificate() {}

    @Override
    public boolean isSingleton() {
        return false;
    }

    @Override
    public void close() {
        client().shutdownNow();
    }

    private HttpClient client() {
        return (HttpClient) clientConfig.getExtParam(CLIENT);
    }

    private static java.net.http.HttpRequest converted(HttpRequest request) {
        byte[] body = request.getHttpContent();
        java.net.http.HttpRequest.Builder builder = java.net.http.HttpRequest.newBuilder(
                        URI.create(request.getSysUrl()))
                .method(
                        request.getSysMethod().name(),
                        body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
        for (Map.Entry<String, String> header : request.getSysHeaders().entrySet()) {
            if (!RESTRICTED.contains(header.getKey().toLowerCase(Locale.ROOT))) {
                builder.header(header.getKey(), header.getValue());
            }
        }
        return builder.build();
    }

    private static HttpResponse converted(java.net.http.HttpResponse<byte[]> answer) {
        HttpResponse response = new HttpResponse(answer.uri().toString());
        response.setStatus(answer.statusCode());
        String type = answer.headers().firstValue("Content-Type").orElse("");
        response.setHttpContent(
                answer.body(),
                "utf-8",
                FormatType.mapAcceptToFormat(type.split(";")[0].trim().toLowerCase(Locale.ROOT)));
        answer.headers().map().forEach((name, values) -> response.putHeaderParameter(name, values.getFirst()));
        return response;
    }
}
