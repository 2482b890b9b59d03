package io.kusionstack.operating.host.kube;

import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import okhttp3.Interceptor;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** Adds the identity of the host to each request. Tokens are read again every minute, because those of service accounts are replaced. */
final class Credentials implements Interceptor {
    private static final long FRESH_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final int UNAUTHORIZED = 401;

    private final String userAgent;
    private final ReentrantLock refreshing = new ReentrantLock();
    private volatile Config config;
    private volatile long readAt = System.nanoTime();

    Credentials(Config config, String userAgent) {
        this.config = config;
        this.userAgent = userAgent;
    }

    @Override
    public Response intercept(Chain chain) throws IOException {
        if (System.nanoTime() - readAt > FRESH_NANOS) {
            refresh();
        }
        Response response = chain.proceed(signed(chain.request()));
        if (response.code() == UNAUTHORIZED) {
            refresh();
        }
        return response;
    }

    private void refresh() {
        if (!refreshing.tryLock()) {
            return;
        }
        try {
            config = config.refresh();
            readAt = System.nanoTime();
        } finally {
            refreshing.unlock();
        }
    }

    private Request signed(Request request) {
        Request.Builder signed = request.newBuilder().header("User-Agent", userAgent);
        String authorization = authorization(config);
        if (authorization != null) {
            signed.header("Authorization", authorization);
        }
        return signed.build();
    }

    private static @Nullable String authorization(Config config) {
        String token = token(config);
        if (token != null && !token.isEmpty()) {
            return "Bearer " + token;
        }
        if (config.getUsername() != null && config.getPassword() != null) {
            return okhttp3.Credentials.basic(config.getUsername(), config.getPassword());
        }
        return null;
    }

    private static @Nullable String token(Config config) {
        if (config.getOauthTokenProvider() != null) {
            return config.getOauthTokenProvider().getToken();
        }
        return config.getOauthToken() != null ? config.getOauthToken() : config.getAutoOAuthToken();
    }
}
