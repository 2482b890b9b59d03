package io.kusionstack.operating.testkit;

import io.kusionstack.operating.plugin.InvalidConfigException;
import io.kusionstack.operating.plugin.PluginContext;
import io.kusionstack.operating.plugin.Secrets;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * What the host lends, for tests: a clock that stands still, secrets and objects that the test puts there, meters that
 * remember. Settings are bound as the host binds them.
 *
 * <pre>{@code
 * FakePluginContext context = new FakePluginContext()
 *         .settings("region: cn-hangzhou")
 *         .secret("env:SLB_KEY", "k");
 * TrafficControl control = provider.create(context.settings(SlbConfig.class), context);
 * }</pre>
 */
public final class FakePluginContext implements PluginContext, AutoCloseable {
    private final FakeClock clock = new FakeClock(Instant.parse("2026-01-01T00:00:00Z"));
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, String> secrets = new ConcurrentHashMap<>();
    private final FakeReads reads = new FakeReads();
    private final FakeMeters meters = new FakeMeters();
    private volatile String settings = "";

    /** @param yaml what stands under {@code plugins.settings.<name>} */
    public FakePluginContext settings(String yaml) {
        settings = yaml;
        return this;
    }

    /** @param reference {@code env:NAME} or {@code file:/path} */
    public FakePluginContext secret(String reference, String value) {
        secrets.put(reference, value);
        return this;
    }

    @Override
    public <S extends Record> S settings(Class<S> type) throws InvalidConfigException {
        return Yaml.bind(settings, type);
    }

    @Override
    public FakeClock clock() {
        return clock;
    }

    @Override
    public ExecutorService executor() {
        return executor;
    }

    @Override
    public Secrets secrets() {
        return reference -> Optional.ofNullable(secrets.get(reference))
                .orElseThrow(() -> new IllegalArgumentException(reference + " names nothing"));
    }

    @Override
    public FakeReads kubernetes() {
        return reads;
    }

    @Override
    public FakeMeters meters() {
        return meters;
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
